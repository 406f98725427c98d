using Calico.Netlink.Nftables;
using Calico.Netlink.Nftables.Expressions;
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
        (SetKeyKind.IPv4AddressAndPort, [DataType.IPv4Address, DataType.Protocol, DataType.Port]),
        (SetKeyKind.IPv6AddressAndPort, [DataType.IPv6Address, DataType.Protocol, DataType.Port]),
    ];

    public static NftSet Encode(Table table, FirewallSet set) => NftSet.Create(table, set.Name, Kinds.First(pair => pair.Kind == set.Key).Types) with
    {
        IsInterval = set.IsInterval,
        HasCounters = set.IsCounted,
        Value = set.IsVerdictMap ? DataType.Verdict : null,
    };

    public static Element Encode(SetElement element) => new()
    {
        Key = element.First.ToValue(),
        KeyEnd = element.First == element.Last ? null : element.Last.ToValue(),
        Verdict = element.Verdict switch
        {
            null => null,
            Verdict.Accept => NftVerdict.Accept,
            Verdict.Return => NftVerdict.Return,
            Verdict.Jump(var chain) => NftVerdict.Jump(chain),
            Verdict.Goto(var chain) => NftVerdict.Goto(chain),
            _ => NftVerdict.Drop,
        },
        Comment = element.Origin.Length == 0 ? null : element.Origin,
    };

    /// <returns>A set of a kind that we never make comes back as one that is like none of ours.</returns>
    public static FirewallSet Decode(NftSet set, IEnumerable<Element> elements)
    {
        var isOurs = set is { HasTimeouts: false, Size: null } && (set.Value is null || set.Value == DataType.Verdict);
        var kind = Kinds.Where(pair => isOurs && set.Key.Span.SequenceEqual(pair.Types)).Select(pair => (SetKeyKind?)pair.Kind).FirstOrDefault();
        return new(set.Name, kind ?? (SetKeyKind)(-1), set.IsInterval, set.Value is not null, [.. elements.Select(Decode)])
        {
            IsCounted = set.HasCounters,
        };
    }

    private static SetElement Decode(Element element) => new(
        SetKey.Of(element.Key.Bytes),
        SetKey.Of((element.KeyEnd ?? element.Key).Bytes),
        element.Verdict is { } verdict ? Decode(verdict) : null,
        element.Comment ?? "");

    private static Verdict Decode(NftVerdict verdict) => verdict.Code switch
    {
        VerdictCode.Accept => new Verdict.Accept(),
        VerdictCode.Return => new Verdict.Return(),
        VerdictCode.Jump => new Verdict.Jump(verdict.Chain ?? ""),
        VerdictCode.Goto => new Verdict.Goto(verdict.Chain ?? ""),
        _ => new Verdict.Drop(),
    };
}
