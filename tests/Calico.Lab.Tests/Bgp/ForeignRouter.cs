using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>A router of another project, which a test asks for the same things whichever it is.</summary>
internal abstract class ForeignRouter(FreshNamespace host, RouterRoot? root) : RouterDaemon(host, root)
{
    /// <summary>SIGKILL to the part that speaks BGP: no word to any peer, and the kernel's routes stay.</summary>
    public abstract void Kill();

    /// <summary>Starts what <see cref="Kill"/> has ended, which says that it restarts (RFC 4724).</summary>
    public abstract void Restart();

    /// <summary>It notices that a session is over.</summary>
    public abstract bool HasLostItsPeer { get; }

    /// <summary>What it knows of a prefix, with all attributes; empty or an error if nothing.</summary>
    public abstract string About(string prefix);

    public bool Has(string prefix) => About(prefix) is var text && text.Contains(prefix, StringComparison.Ordinal) && !text.Contains("not in table", StringComparison.Ordinal);

    public Task Learned(string prefix, params string[] details) => SpeakerHost.Eventually(
        () => Has(prefix) && details.All(About(prefix).Contains), () => $"no {prefix} with {string.Join(", ", details)}: {About(prefix)}\n{Everything}");

    public Task Lost(string prefix) => SpeakerHost.Eventually(() => !Has(prefix), () => $"{prefix} is still there: {About(prefix)}");

    /// <summary>Starts a router that talks to ours as the wish says.</summary>
    /// <param name="kind"><c>bird</c>, <c>frr</c> or <c>gobgp</c>.</param>
    public static ForeignRouter Start(string kind, string suite, FreshNamespace host, RouterWish wish) => kind switch
    {
        "bird" => new BirdRouter(host, BirdRouter.Configuration(wish), RouterRoot.Of(suite)),
        "frr" => new FrrRouter(host, FrrRouter.Configuration(wish), RouterRoot.Of(suite)),
        _ => new GoBgpRouter(host, GoBgpRouter.Configuration(wish), RouterRoot.Of(suite)) { Announced = wish.Announced },
    };
}

/// <summary>What a router is to be, in terms that all know: it talks to one peer or more, gracefully, takes all and tells its own.</summary>
internal sealed record RouterWish
{
    public required uint As { get; init; }

    /// <summary>Its address and its identifier.</summary>
    public string Address { get; init; } = "10.99.0.2";

    public string IPv6Address { get; init; } = "fd99::2";

    /// <summary>Addresses of peers, all of one AS.</summary>
    public string[] Peers { get; init; } = ["10.99.0.1"];

    public uint PeerAs { get; init; } = SpeakerHost.OurAs;

    public string[] Announced { get; init; } = ["10.50.0.0/24"];

    /// <summary>It never dials.</summary>
    public bool Passive { get; init; }

    public string? Password { get; init; }

    /// <summary>Its peers are clients of it.</summary>
    public bool Reflects { get; init; }

    /// <summary>Several paths to a prefix, both ways.</summary>
    public bool AddPath { get; init; }

    /// <summary>Routes of the family that the session's addresses are not of, by their own next hops or the other family's.</summary>
    public bool OtherFamily { get; init; }

    /// <summary>BFD, every 100 ms, three times.</summary>
    public bool Bfd { get; init; }

    /// <summary>In seconds; 0: as the router likes.</summary>
    public int HoldTime { get; init; }

    /// <summary>What it learns goes into the kernel.</summary>
    public bool Forwards { get; init; }
}
