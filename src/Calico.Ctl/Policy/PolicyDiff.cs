using System.Net;
using System.Text;
using Calico.Calc.Evaluation;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources;

namespace Calico.Ctl.Policy;

/// <summary>What two versions of a cluster's policy treat differently: pairs of ends, and the traffic between them.</summary>
/// <remarks>
/// Ends that no policy of either version tells apart form a class, and one of them is asked for all: a cluster of many endpoints has few classes.
/// </remarks>
internal sealed class PolicyDiff
{
    private readonly ClusterPolicy _before;
    private readonly ClusterPolicy _after;
    private readonly IReadOnlyList<TrafficKind> _kinds;
    private readonly IReadOnlyList<EndClass> _classes;

    public PolicyDiff(ClusterPolicy before, ClusterPolicy after)
    {
        (_before, _after) = (before, after);
        HostState[] states = [.. before.AllHosts().Concat(after.AllHosts()).Select(host => host.State)];
        _kinds = TrafficKinds.Of(states);
        _classes = Classes();
    }

    /// <summary>Endpoints that only one of the versions has; they take part in no pair.</summary>
    public IEnumerable<string> Unpaired()
    {
        var (before, after) = (Names(_before), Names(_after));
        return before.Except(after, StringComparer.Ordinal).Select(name => $"{name} is only in the first")
            .Concat(after.Except(before, StringComparer.Ordinal).Select(name => $"{name} is only in the second"))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>In order of the ends' names; what both address families have in common, once.</summary>
    public IReadOnlyList<FlowChange> Changes() =>
    [
        .. AllChanges().DistinctBy(change => (change.From, change.To, change.Traffic, change.IsAllowed))
            .OrderBy(change => change.From, StringComparer.Ordinal)
            .ThenBy(change => change.To, StringComparer.Ordinal),
    ];

    private IEnumerable<FlowChange> AllChanges()
    {
        foreach (var from in _classes)
        {
            foreach (var to in _classes.Where(to => to.IsIPv4 == from.IsIPv4 && (from.IsInside || to.IsInside)))
            {
                foreach (var change in Changes(from, to))
                    yield return change;
            }
        }
    }

    private IEnumerable<FlowChange> Changes(EndClass from, EndClass to)
    {
        if (OnePair(from, to) is not var (source, destination))
            yield break;

        var opened = new List<TrafficKind>();
        var closed = new List<TrafficKind>();
        foreach (var kind in _kinds)
        {
            var packet = kind.Between(source.Address, destination.Address);
            var (was, willBe) = (_before.Decide(packet).IsAllowed, _after.Decide(packet).IsAllowed);
            if (was != willBe)
                (willBe ? opened : closed).Add(kind);
        }

        foreach (var (kinds, isAllowed) in new[] { (opened, true), (closed, false) })
        {
            if (kinds.Count == 0)
                continue;

            var decision = _after.Decide(kinds[0].Between(source.Address, destination.Address));
            foreach (var member in from.Members)
            {
                foreach (var other in to.Members.Where(other => other.Name != member.Name))
                    yield return new(member.Name, other.Name, Merge(kinds), isAllowed, decision);
            }
        }
    }

    private static (Member, Member)? OnePair(EndClass from, EndClass to)
    {
        foreach (var member in from.Members)
        {
            if (to.Members.FirstOrDefault(other => other.Name != member.Name) is { } other)
                return (member, other);
        }

        return null;
    }

    /// <summary>Ports of a protocol that follow each other become one range.</summary>
    private static string Merge(List<TrafficKind> kinds)
    {
        const string AllPorts = "1:65535";
        var parts = new List<string>();
        foreach (var group in kinds.GroupBy(kind => kind.Protocol is { HasPorts: true } protocol ? protocol.ToString() : kind.Name))
        {
            if (group.First().Protocol is not { HasPorts: true })
            {
                parts.Add(group.Key);
                continue;
            }

            var text = PortRanges.Join(group.Select(kind => kind.Name[(group.Key.Length + 1)..]));
            parts.Add(text == AllPorts ? group.Key : $"{group.Key} {text}");
        }

        return string.Join("; ", parts);
    }

    private List<EndClass> Classes()
    {
        var probes = Probes().ToList();
        var members = Members().ToList();
        return [.. members.GroupBy(member => Signature(member, probes)).Select(group => new EndClass([.. group], group.First().Address.IsIPv4, group.First().Endpoint is not null))];
    }

    /// <summary>Endpoints of both versions, network sets, and an address that is in nothing.</summary>
    private IEnumerable<Member> Members()
    {
        var after = _after.Endpoints.ToDictionary(endpoint => endpoint.Id);
        foreach (var endpoint in _before.Endpoints.Where(endpoint => after.ContainsKey(endpoint.Id)))
        {
            foreach (var address in endpoint.Addresses.Where(address => after[endpoint.Id].Addresses.Contains(address)))
                yield return new(endpoint.Title, address, endpoint.Id);
        }

        var outside = _before.Edges().Union(_after.Edges()).Where(address => _before.EndpointAt(address) is null && _after.EndpointAt(address) is null && !IsNobodys(address)).ToList();
        foreach (var address in outside)
            yield return new(address.ToString(), address, Endpoint: null);
        foreach (var elsewhere in new[] { IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1") }) // RFC 5737, RFC 3849: nobody's
            yield return new($"elsewhere ({elsewhere})", elsewhere, Endpoint: null);
    }

    /// <summary>True of an address that only an endpoint could have.</summary>
    private bool IsNobodys(IPAddress address) => _after.PoolOf(address) is not null && !_after.LabelsAt(address).Any();

    private IEnumerable<(ClusterPolicy Policy, HostState State)> Probes() =>
        _before.AllHosts().Select(host => (_before, host.State)).Concat(_after.AllHosts().Select(host => (_after, host.State)));

    private static string Signature(Member member, List<(ClusterPolicy Policy, HostState State)> probes)
    {
        var text = new StringBuilder(member.Address.IsIPv4 ? "4" : "6");
        foreach (var policy in probes.Select(probe => probe.Policy).Distinct())
        {
            text.Append('|').Append(policy.NodeAt(member.Address));
            if (policy.EndpointAt(member.Address) is { } endpoint && policy.Programmed(endpoint) is { } local)
                text.Append('|').Append(endpoint.Node).Append(local.Ingress).Append(local.Egress).Append(local.Profiles);
            policy.AppendMemberships(member.Address, text);
        }

        return text.ToString();
    }

    private static HashSet<string> Names(ClusterPolicy policy) => [.. policy.Endpoints.Select(endpoint => endpoint.Name)];

    private sealed record Member(string Name, IPAddress Address, ResourceId? Endpoint);

    private sealed record EndClass(IReadOnlyList<Member> Members, bool IsIPv4, bool IsInside);
}

/// <param name="From">Who sends.</param>
/// <param name="To">To whom.</param>
/// <param name="Traffic">Protocols and ports.</param>
/// <param name="IsAllowed">From now on.</param>
/// <param name="Decision">What decides from now on.</param>
internal sealed record FlowChange(string From, string To, string Traffic, bool IsAllowed, FlowDecision Decision);
