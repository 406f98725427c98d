using System.Net;
using Calico.Bgp.Values;

namespace Calico.Bgp;

/// <summary>Communities for the prefixes of our own inside <paramref name="Within"/>; where several entries hold for one, it gets those of all.</summary>
/// <param name="Within">The prefix itself included.</param>
/// <param name="Communities">RFC 1997: the AS in the upper half.</param>
/// <param name="Large">RFC 8092.</param>
public sealed record OriginCommunities(IPNetwork Within, ValueArray<uint> Communities, ValueArray<(uint Global, uint Local1, uint Local2)> Large);
