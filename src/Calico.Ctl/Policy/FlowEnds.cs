using System.Net;
using Calico.Calc.Evaluation;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Selectors;
using Calico.Model.Values;

namespace Calico.Ctl.Policy;

/// <summary>Finds what a user means by an end of a flow: a container, an endpoint, a network set, a prefix or an address.</summary>
internal sealed class FlowEnds(ClusterPolicy policy)
{
    private const int ShortestId = 6;

    /// <returns>The end, or each of several that bear the name; of a set or prefix an end for each of its parts that policy tells apart.</returns>
    /// <exception cref="CommandException">There is no such thing.</exception>
    public IReadOnlyList<FlowEnd> Find(string text)
    {
        var named = policy.Endpoints.Where(endpoint => Names(endpoint, text)).Select(FlowEnd.Of).ToList();
        if (IPAddress.TryParse(text, out var address) && policy.EndpointAt(address) is { } owner)
            return [new(owner.Title, [address], owner), .. named.Where(end => end.Endpoint != owner)];
        if (named.Count > 0)
            return named; // also of a container whose name reads as an address that nobody has
        if (address is not null)
            return [new(text, [address], Endpoint: null)];
        if (AddressArithmetic.TryParseNetwork(text, out var network))
            return [.. Parts(text, [network])];
        if (policy.NetworkSets.FirstOrDefault(set => set.Id.Name == text || $"{set.Id.Namespace}/{set.Id.Name}" == text) is { } known)
            return [.. Parts(known.Id.ToString(), known.Nets)];

        throw new CommandException(
            $"'{text}' is no container, endpoint, network set, prefix or address. {(policy.Endpoints.Count == 0 ? "There are no endpoints." : $"The endpoints are: {Listed()}")}");
    }

    /// <summary>The endpoints whose labels the selector matches.</summary>
    public IReadOnlyList<FlowEnd> Select(Selector selector) =>
        [.. policy.Endpoints.Where(endpoint => selector.Matches(endpoint.Labels)).Select(FlowEnd.Of)];

    private static bool Names(PolicyEndpoint endpoint, string text)
    {
        var spec = endpoint.Spec;
        return endpoint.Id.Name == text
            || endpoint.Name == text
            || endpoint.Labels.GetValueOrDefault(NetworkNames.ContainerLabel) == NetworkNames.ToLabelValue(text)
            || spec.Workload == text
            || spec.Pod == text
            || IsId(spec.ContainerID)
            || IsId(spec.Endpoint);

        bool IsId(string? id) => id == text || (text.Length >= ShortestId && id?.StartsWith(text, StringComparison.Ordinal) == true);
    }

    /// <summary>Addresses that stand for all of the nets: the first of each, and those where a net that policy mentions begins or has ended.</summary>
    private IEnumerable<FlowEnd> Parts(string name, ValueList<IPNetwork> nets)
    {
        var edges = policy.Edges();
        foreach (var net in nets)
        {
            var inner = edges.Where(edge => edge.IsIPv4 == net.IsIPv4 && net.Contains(edge)).Append(net.BaseAddress).Distinct();
            foreach (var address in inner.OrderBy(address => address.ToBits()))
                yield return new(nets.Count == 1 && net.IsHost ? name : $"{name} at {address}", [address], policy.EndpointAt(address));
        }
    }

    private string Listed()
    {
        const int Most = 10;
        var more = policy.Endpoints.Count > Most ? $" and {policy.Endpoints.Count - Most} more" : "";
        return string.Join(", ", policy.Endpoints.Take(Most).Select(Shown)) + more;
    }

    private static string Shown(PolicyEndpoint endpoint) =>
        endpoint.Labels.GetValueOrDefault(NetworkNames.ContainerLabel) is { } container ? $"{endpoint.Name} ({container})" : endpoint.Name;
}
