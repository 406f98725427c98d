using System.Net;

namespace Calico.Plugins.Leaks;

/// <summary>What this host's kernel says of addresses: the proof beside the store's that one is nobody's.</summary>
public interface IHostAddresses
{
    /// <summary>Every address that the kernel has to do with.</summary>
    /// <exception cref="Netlink.NetlinkException">The kernel does not say.</exception>
    IReadOnlySet<IPAddress> Read();
}
