using Calico.Netlink;

namespace Calico.Dataplane;

public sealed record HostDataplaneOptions
{
    /// <summary>Where to work; null: the network namespace of the process. Not disposed here.</summary>
    public NetworkNamespace? Namespace { get; init; }

    /// <summary>How often everything is read back from the kernel and compared, notices or not.</summary>
    public TimeSpan FullCompareEvery { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long changes noticed in the kernel are gathered before they are looked into.</summary>
    public TimeSpan GatherNoticesFor { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long to wait after a round that did not bring everything in line.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A set of more elements is left out of the kernel, what rests on it closed, and that reported.</summary>
    public int LargestSet { get; init; } = Firewall.FirewallRound.LargestSet;

    /// <summary>The port of the loopback where the host's resolver listens, transparently, for what workloads ask any server for names; null: they are left alone.</summary>
    public ushort? NamePort { get; init; }

    /// <summary>Packets of known connections go right to where they go, past the host's routing and tables, where the kernel has what it takes.</summary>
    public bool UsesFastPath { get; init; } = true;

    /// <summary>Accept our traffic in Docker's iptables chains where their policy would drop it.</summary>
    public bool AcceptInDocker { get; init; } = true;
}
