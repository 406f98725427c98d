using System.Net;

namespace Calico.Names;

/// <summary>What there is for a name, or for an address.</summary>
/// <param name="Addresses">Of what family is asked for.</param>
/// <param name="Names">For an address: whose it is.</param>
internal sealed record Found(IReadOnlyList<IPAddress> Addresses, IReadOnlyList<string> Names);
