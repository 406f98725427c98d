using System.Net;

namespace Calico.Netlink.Routing;

/// <summary>One way on: out of a link, to a gateway there or to the destination itself.</summary>
/// <param name="Link">Index of the link; 0 lets the kernel find it by the gateway.</param>
/// <param name="Gateway">Null when the destination is on the link itself.</param>
/// <param name="IsOnLink">The gateway is on the link though no route says so.</param>
/// <param name="Weight">Its share among several, from 1.</param>
public readonly record struct NextHop(int Link, IPAddress? Gateway = null, bool IsOnLink = false, int Weight = 1)
{
    public override string ToString()
    {
        var via = Gateway is null ? "" : $"via {Gateway} ";
        return $"{via}dev {Link}{(IsOnLink ? " onlink" : "")}{(Weight == 1 ? "" : $" weight {Weight}")}";
    }
}
