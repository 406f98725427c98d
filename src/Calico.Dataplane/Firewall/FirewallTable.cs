using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>All of one nftables table as it is to be: what the renderer makes and the kernel is brought to.</summary>
/// <remarks>A blueprint without handles or counts, so that it can be compared, printed and tested without a kernel.</remarks>
/// <param name="Chains">By name; never changed.</param>
/// <param name="Sets">By name; never changed.</param>
internal sealed record FirewallTable(IReadOnlyDictionary<string, FirewallChain> Chains, IReadOnlyDictionary<string, FirewallSet> Sets)
{
    /// <summary>The one table that is ours, of family inet.</summary>
    public const string Name = "calico";

    public static readonly FirewallTable Empty =
        new(new Dictionary<string, FirewallChain>(), new Dictionary<string, FirewallSet>());
}

/// <param name="Name">Unique in the table.</param>
/// <param name="Hook">Where packets enter it; null if only other chains lead here.</param>
/// <param name="Rules">In order.</param>
internal sealed record FirewallChain(string Name, ChainHook? Hook, ValueList<FirewallRule> Rules);

/// <param name="Point">Where on the way of a packet.</param>
/// <param name="Priority">Lower comes first among all tables' chains at that point.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChainHook(HookPoint Point, int Priority);

internal enum HookPoint
{
    Input,
    Forward,
    PostRouting,
    Output,
    PreRouting,

    /// <summary>Where the destination of a connection's first packet is changed: of what comes in, and of what the host itself sends.</summary>
    PreRoutingNat,
    OutputNat,
}

/// <param name="Name">Unique in the table; another kind of set has another name.</param>
/// <param name="Key">What is looked up.</param>
/// <param name="IsInterval">Ranges, which cost O(n) per change; else single keys, which cost O(1).</param>
/// <param name="IsVerdictMap">Each element has a verdict.</param>
/// <param name="Elements">Ranges neither overlap nor touch.</param>
internal sealed record FirewallSet(string Name, SetKeyKind Key, bool IsInterval, bool IsVerdictMap, ImmutableHashSet<SetElement> Elements)
{
    /// <summary>Each element counts the packets and bytes that found it.</summary>
    public bool IsCounted { get; init; }

    /// <summary>How it differs from the set that it came from; null if that is not known.</summary>
    public SetChange? Change { get; init; }

    /// <summary>The same set with other elements: this very object if they are the same, else one that knows how it differs.</summary>
    public FirewallSet Become(IReadOnlySet<SetElement> elements)
    {
        var change = new SetChange(Elements, [.. Elements.Where(element => !elements.Contains(element))], [.. elements.Where(element => !Elements.Contains(element))]);
        return change is { Remove: [], Add: [] } ? this : this with { Elements = Elements.Except(change.Remove).Union(change.Add), Change = change };
    }

    public bool HasSameShape(FirewallSet other) =>
        (Key, IsInterval, IsVerdictMap, IsCounted) == (other.Key, other.IsInterval, other.IsVerdictMap, other.IsCounted);

    public bool Equals(FirewallSet? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Name == other.Name && HasSameShape(other) && (ReferenceEquals(Elements, other.Elements) || Elements.SetEquals(other.Elements)));

    public override int GetHashCode() => HashCode.Combine(Name, Key, Elements.Count);
}

/// <param name="From">The elements before, the very object.</param>
/// <param name="Remove">Those of them that are gone.</param>
/// <param name="Add">Those that came.</param>
internal sealed record SetChange(ImmutableHashSet<SetElement> From, List<SetElement> Remove, List<SetElement> Add);

internal enum SetKeyKind
{
    IPv4Address,
    IPv6Address,
    Port,
    Interface,
    InterfaceAndIPv4Address,
    InterfaceAndIPv6Address,
    IPv4AddressAndPort,
    IPv6AddressAndPort,
}
