using Calico.Bgp;
using Calico.Netlink.Routing;

namespace Calico.Bgpd.Configuration;

/// <summary>All that the configuration file says.</summary>
internal sealed record RouterConfiguration(SpeakerConfiguration Speaker, KernelSettings Kernel);

/// <summary>Whether and where learned routes go into the kernel. Fixed at the start: another value needs a restart.</summary>
internal sealed record KernelSettings
{
    public bool Install { get; init; }

    public uint Table { get; init; } = Route.MainTable;

    /// <summary>The routes stay when the program ends, and peers keep ours: an upgrade loses no packet.</summary>
    public bool KeepOnExit { get; init; }
}
