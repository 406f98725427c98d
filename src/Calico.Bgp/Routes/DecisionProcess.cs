using System.Net;
using System.Net.Sockets;
using Calico.Bgp.Attributes;

namespace Calico.Bgp.Routes;

/// <summary>Chooses among the paths to one prefix (RFC 4271 §9.1.2.2 with RFC 4456 §9).</summary>
/// <remarks>Each step leaves those that are best by it; so the outcome does not depend on the order in which paths came.</remarks>
internal static class DecisionProcess
{
    /// <summary>RFC 4271 does not say what a path without LOCAL_PREF is worth; all implementations say this.</summary>
    public const uint DefaultLocalPreference = 100;

    /// <param name="paths">Of any kind; those that cannot be used are passed over.</param>
    /// <param name="metric">The distance to a next hop, null if it cannot be reached.</param>
    /// <returns>The best path, and all that equal it before the arbitrary tie-breaks, the best first.</returns>
    public static (RibPath? Best, RibPath[] Multipath) Choose(RibPath[] paths, Func<IPAddress, uint?> metric)
    {
        if (paths is [var only]) // nearly always
            return only.Source.IsLocal || (only.Usable is not null && metric(only.Usable.NextHop) is not null) ? (only, paths) : (null, []);

        var candidates = new List<RibPath>(paths.Length);
        foreach (var path in paths)
        {
            if (path.Source.IsLocal)
                return (path, [path]);
            if (path.Usable is { } usable && metric(usable.NextHop) is not null)
                candidates.Add(path);
        }

        if (candidates.Count > 1)
        {
            KeepLowest(candidates, path => -(long)LocalPreference(path.Usable));
            KeepLowest(candidates, path => path.Usable?.AsPath.Length ?? 0);
            KeepLowest(candidates, path => (long?)path.Usable?.Origin ?? 0);
            KeepLowestDiscriminators(candidates);
            KeepLowest(candidates, path => path.Source.IsInternal ? 1 : 0);
            KeepLowest(candidates, path => path.Usable is { } usable ? metric(usable.NextHop) ?? 0 : 0);
        }

        if (candidates.Count <= 1)
            return candidates.Count == 0 ? (null, []) : (candidates[0], [candidates[0]]);

        var best = candidates.Order(Comparer<RibPath>.Create(CompareTieBreaks)).First();
        return (best, [best, .. candidates.Where(path => path != best)]);
    }

    public static uint LocalPreference(PathAttributes? attributes) => attributes?.LocalPreference ?? DefaultLocalPreference;

    private static void KeepLowest(List<RibPath> candidates, Func<RibPath, long> rank)
    {
        var lowest = candidates.Min(rank);
        candidates.RemoveAll(path => rank(path) != lowest);
    }

    /// <summary>MEDs compare only between paths from the same neighbouring AS; a missing one counts as 0.</summary>
    private static void KeepLowestDiscriminators(List<RibPath> candidates)
    {
        var lowest = candidates
            .GroupBy(path => path.Usable?.AsPath.First)
            .ToLookup(group => group.Key, group => group.Min(Discriminator));
        candidates.RemoveAll(path => Discriminator(path) != lowest[path.Usable?.AsPath.First].First());
    }

    private static uint Discriminator(RibPath path) => path.Usable?.MultiExitDiscriminator ?? 0;

    /// <summary>RFC 4271 §9.1.2.2 f and g; RFC 4456 §9: the originator's identifier, then the shorter cluster list.</summary>
    private static int CompareTieBreaks(RibPath left, RibPath right)
    {
        var byIdentifier = Compare(left.Usable?.OriginatorId ?? left.Source.Identifier, right.Usable?.OriginatorId ?? right.Source.Identifier);
        if (byIdentifier != 0)
            return byIdentifier;

        var byClusters = (left.Usable?.ClusterList.Count ?? 0).CompareTo(right.Usable?.ClusterList.Count ?? 0);
        return byClusters != 0 ? byClusters : Compare(left.Source.Address, right.Source.Address);
    }

    private static int Compare(IPAddress left, IPAddress right)
    {
        if (left.AddressFamily != right.AddressFamily)
            return left.AddressFamily == AddressFamily.InterNetwork ? -1 : 1;

        Span<byte> leftOctets = stackalloc byte[16];
        Span<byte> rightOctets = stackalloc byte[16];
        left.TryWriteBytes(leftOctets, out _);
        right.TryWriteBytes(rightOctets, out _);
        return leftOctets.SequenceCompareTo(rightOctets);
    }
}
