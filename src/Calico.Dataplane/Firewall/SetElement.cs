using System.Net;
using Calico.Model.Addresses;

namespace Calico.Dataplane.Firewall;

/// <param name="First">The key, or the first of a range.</param>
/// <param name="Last">The last of the range, itself in it; of a single key, the same as the first.</param>
/// <param name="Chain">Of a verdict map: the chain to go on with. Null in a set.</param>
internal readonly record struct SetElement(SetKey First, SetKey Last, string? Chain = null)
{
    public static SetElement Of(SetKey key, string? chain = null) => new(key, key, chain);

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
