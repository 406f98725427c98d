using System.Net;
using Calico.Calc.Evaluation;
using Calico.Model.Addresses;

namespace Calico.Ctl.Policy;

/// <summary>One end of a flow that is asked about.</summary>
/// <param name="Name">As it is shown.</param>
/// <param name="Addresses">Those it sends from or is reached at.</param>
/// <param name="Endpoint">Whose they are; null of an address outside.</param>
internal sealed record FlowEnd(string Name, IReadOnlyList<IPAddress> Addresses, PolicyEndpoint? Endpoint)
{
    public static FlowEnd Of(PolicyEndpoint endpoint) => new(endpoint.Title, [.. endpoint.Addresses], endpoint);

    /// <summary>Pairs of addresses of one family, one pair a family.</summary>
    public static IEnumerable<(IPAddress Source, IPAddress Destination)> Pairs(FlowEnd from, FlowEnd to)
    {
        foreach (var isIPv4 in new[] { true, false })
        {
            if (from.Addresses.FirstOrDefault(address => address.IsIPv4 == isIPv4) is { } source
                && to.Addresses.FirstOrDefault(address => address.IsIPv4 == isIPv4) is { } destination)
                yield return (source, destination);
        }
    }
}
