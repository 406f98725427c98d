using System.Net;

namespace Calico.Bgp;

/// <summary>Peers that are not named one by one: whoever connects from these addresses and is who it must be.</summary>
/// <remarks>
/// Such a peer appears with its first connection under the name <c>RANGE-ADDRESS</c>, is never dialled, and is forgotten when it has been
/// gone for a while and none of its routes is kept.
/// </remarks>
/// <param name="Peer">What holds for each of them; name, address and passive are set by the range.</param>
public sealed record PeerRange(string Name, IPNetwork Addresses, PeerConfiguration Peer)
{
    /// <summary>So many of them at once; further ones are refused.</summary>
    public int Limit { get; init; } = 1000;

    internal PeerConfiguration At(IPAddress address) => Peer with { Name = $"{Name}-{address}", Address = address, Passive = true };
}
