using Calico.Netlink.Nftables;
using NftSet = Calico.Netlink.Nftables.Set;
using NftVerdict = Calico.Netlink.Nftables.Expressions.Verdict;

namespace Calico.Dataplane.Firewall;

/// <summary>Sets of the blueprint in the kernel's terms, and back.</summary>
internal static class SetEncoding
{
    private static readonly (SetKeyKind Kind, DataType[] Types)[] Kinds =
    [
        (SetKeyKind.IPv4Address, [DataType.IPv4Address]),
        (SetKeyKind.IPv6Address, [DataType.IPv6Address]),
        (SetKeyKind.Port, [DataType.Port]),
        (SetKeyKind.Interface, [DataType.InterfaceName]),
        (SetKeyKind.InterfaceAndIPv4Address, [DataType.InterfaceName, DataType.IPv4Address]),
        (SetKeyKind.InterfaceAndIPv6Address, [DataType.InterfaceName, DataType.IPv6Address]),
    ];

    public static NftSet Encode(Table table, FirewallSet set) => NftSet.Create(table, set.Name, Kinds.First(pair => pair.Kind == set.Key).Types) with
    {
        IsInterval = set.IsInterval,
        Value = set.IsVerdictMap ? DataType.Verdict : null,
    };

    public static Element Encode(SetElement element) => new()
    {
        Key = NftValue.Of(element.First.ToBytes()),
        KeyEnd = element.First == element.Last ? null : NftValue.Of(element.Last.ToBytes()),
        Verdict = element.Chain is null ? null : NftVerdict.Goto(element.Chain),
    };

    /// <returns>A set of a kind that we never make comes back as one that is like none of ours.</returns>
    public static FirewallSet Decode(NftSet set, IEnumerable<Element> elements)
    {
        var isOurs = set is { HasTimeouts: false, HasCounters: false, Size: null } && (set.Value is null || set.Value == DataType.Verdict);
        var kind = Kinds.Where(pair => isOurs && set.Key.Span.SequenceEqual(pair.Types)).Select(pair => (SetKeyKind?)pair.Kind).FirstOrDefault();
        return new(set.Name, kind ?? (SetKeyKind)(-1), set.IsInterval, set.Value is not null, [.. elements.Select(Decode)]);
    }

    private static SetElement Decode(Element element) => new(
        SetKey.Of(element.Key.Bytes),
        SetKey.Of((element.KeyEnd ?? element.Key).Bytes),
        element.Verdict is { } verdict ? verdict.Chain ?? verdict.ToString() : null);
}
