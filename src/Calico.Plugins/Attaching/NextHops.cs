using System.Net;

namespace Calico.Plugins.Attaching;

/// <summary>The next hops that workloads are given. No interface has the IPv4 ones: the host answers for them by proxy ARP.</summary>
internal static class NextHops
{
    /// <summary>Of a workload's first network.</summary>
    public static readonly IPAddress IPv4 = IPv4Number(1);

    /// <summary>On the host's end of every pair; it is link-local, so it may be the same on all of them.</summary>
    public static readonly IPAddress IPv6 = IPAddress.Parse("fe80::1");

    /// <summary>More networks than any container is on; 169.254.1.255 is left alone.</summary>
    public const int Most = 254;

    /// <summary>169.254.1.n: a second on-link route to the same next hop would be refused, so each network of a container has its own.</summary>
    public static IPAddress IPv4Number(int number) => new([169, 254, 1, (byte)number]);

    /// <summary>The first next hop that is none of those in use.</summary>
    /// <exception cref="PluginException">All are in use.</exception>
    public static IPAddress FirstFree(IReadOnlyCollection<IPAddress> inUse)
    {
        for (var number = 1; number <= Most; number++)
        {
            if (!inUse.Contains(IPv4Number(number)))
                return IPv4Number(number);
        }

        throw new PluginException($"the container is on {Most} networks already");
    }
}
