using System.Net;
using Calico.Model.Addresses;

namespace Calico.Dataplane.Firewall;

/// <param name="First">The key, or the first of a range.</param>
/// <param name="Last">The last of the range, itself in it; of a single key, the same as the first.</param>
/// <param name="Verdict">Of a verdict map: Accept, Drop, Return, Jump or Goto. Null in a set.</param>
/// <param name="Origin">Of a verdict map: what it stems from, as <see cref="FirewallRule.Origin"/>; a comment in the kernel.</param>
internal readonly record struct SetElement(SetKey First, SetKey Last, Verdict? Verdict = null, string Origin = "")
{
    /// <summary>The chain that it leads to, if any.</summary>
    public string? Chain => Verdict switch
    {
        Verdict.Goto(var chain) => chain,
        Verdict.Jump(var chain) => chain,
        _ => null,
    };

    public bool Equals(SetElement other) => First == other.First && Last == other.Last && Origin == other.Origin && Verdict == other.Verdict;

    /// <summary>Of the first key alone: no two elements of a set share it.</summary>
    public override int GetHashCode() => First.GetHashCode();

    public static SetElement Of(SetKey key, Verdict? verdict = null) => new(key, key, verdict);

    public static SetElement Of(IPNetwork network) =>
        new(SetKey.Of(network.BaseAddress), SetKey.Of(network.BaseAddress.Plus(network.Size - 1)));

    public static SetElement Range(ushort first, ushort last) => new(SetKey.Of(first), SetKey.Of(last));

    /// <summary>The same keys in ranges that neither overlap nor touch: the kernel refuses ranges that overlap.</summary>
    public static IEnumerable<SetElement> Merge(IEnumerable<SetElement> elements)
    {
        var merged = new List<SetElement>();
        foreach (var element in elements.OrderBy(element => element.First))
        {
            // Nothing comes after a range that ends at the last key of all.
            if (merged.Count == 0 || (merged[^1].Last.Next() is { } next && next.CompareTo(element.First) < 0))
                merged.Add(element);
            else if (element.Last.CompareTo(merged[^1].Last) > 0)
                merged[^1] = merged[^1] with { Last = element.Last };
        }

        return merged;
    }
}
