using Calico.Bgp.Attributes;
using Calico.Bgp.Policy;
using Calico.Bgp.Values;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Node.Bgp;

/// <summary>What a peering's BGPFilters make of the policies towards the peer: pure.</summary>
internal static class FilterPlan
{
    private const uint HighestPreference = 2147483647; // local_pref = 2147483647 - metric (confd's BIRD templates)

    /// <summary>In the order of the filters and of their rules; what none of them matches goes its usual way.</summary>
    public static ValueArray<PolicyRule> Import(BgpPeering peer) => Rules(peer, filter => peer.Address.IsIPv4 ? filter.ImportV4 : filter.ImportV6);

    public static ValueArray<PolicyRule> Export(BgpPeering peer) => Rules(peer, filter => peer.Address.IsIPv4 ? filter.ExportV4 : filter.ExportV6);

    /// <summary>Each session carries its own family alone, and so takes the rules of that.</summary>
    private static ValueArray<PolicyRule> Rules(BgpPeering peer, Func<BgpFilterSpec, IEnumerable<BgpFilterRule>?> list) => peer.Filters
        .SelectMany(filter => list(filter.Spec) ?? [])
        .Select(rule => new PolicyRule(rule.Action == BgpFilterAction.Reject ? PolicyAction.Reject : PolicyAction.Accept)
        {
            Match = Match(rule),
            Set = rule.Operations is { Count: > 0 } operations ? Actions(operations) : null,
        })
        .ToValueArray();

    private static RouteMatch Match(BgpFilterRule rule)
    {
        var isExact = rule.MatchOperator is BgpMatchOperator.Equal or BgpMatchOperator.NotEqual;
        var communities = (rule.Communities?.Values ?? []).Select(Parse).ToList();
        return new()
        {
            Within = rule.Cidr,
            MinLength = isExact ? rule.Cidr?.PrefixLength : rule.PrefixLength?.Min ?? rule.Cidr?.PrefixLength,
            MaxLength = isExact ? rule.Cidr?.PrefixLength : rule.PrefixLength?.Max,
            IsOutside = rule.MatchOperator is BgpMatchOperator.NotEqual or BgpMatchOperator.NotIn,
            Origin = rule.Source == BgpFilterSource.RemotePeers ? RouteOrigin.Peers : null,
            PeerIsInternal = rule.PeerType is { } type ? type == BgpFilterPeerType.Internal : null,
            Interface = rule.Interface,
            Communities = communities.Where(community => !community.IsLarge).Select(Standard).ToValueArray(),
            LargeCommunities = communities.Where(community => community.IsLarge).Select(Large).ToValueArray(),
            AsPathPrefix = (rule.AsPathPrefix ?? []).Select(number => number.Value).ToValueArray(),
            LocalPreference = rule.Priority is { } priority ? HighestPreference - (uint)priority : null,
        };
    }

    private static RouteActions Actions(IReadOnlyList<BgpFilterOperation> operations)
    {
        var added = operations.Select(operation => operation.AddCommunity).OfType<BgpAddCommunity>().Select(add => Parse(add.Value)).ToList();
        return new()
        {
            AddCommunities = added.Where(community => !community.IsLarge).Select(Standard).ToValueArray(),
            AddLargeCommunities = added.Where(community => community.IsLarge).Select(Large).ToValueArray(),

            // One after the other, each is put in front of those before it.
            Prepend = operations.Reverse().SelectMany(operation => operation.PrependASPath?.Prefix ?? []).Select(number => number.Value).ToValueArray(),
            LocalPreference = operations.Select(operation => operation.SetPriority).OfType<BgpSetPriority>().LastOrDefault() is { } set ? HighestPreference - (uint)set.Value : null,
        };
    }

    /// <summary>One that is none, which no validated filter has, matches nothing: 0:0 is on no route.</summary>
    private static CommunityValue Parse(string text) => CommunityValue.TryParse(text, out var value) ? value : default;

    private static uint Standard(CommunityValue community) => (community.First << 16) | community.Second;

    private static LargeCommunity Large(CommunityValue community) => new(community.First, community.Second, community.Third ?? 0);
}
