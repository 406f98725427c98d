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

    private const int MostOnStack = 256;

    /// <summary>Of a single path: the case that nearly all prefixes are.</summary>
    public static Choice Choose(in RibPath only, Func<IPAddress, uint?> metric) =>
        only.Source.IsLocal || (only.Usable is { } usable && metric(usable.NextHop) is not null) ? Chosen(only) : default;

    /// <param name="paths">Of any kind; those that cannot be used are passed over.</param>
    /// <param name="metric">The distance to a next hop, null if it cannot be reached.</param>
    /// <returns>The best path, and with all that equal it before the arbitrary tie-breaks, the best first, if there are any.</returns>
    public static (Choice Best, Choice[]? Multipath) Choose(ReadOnlySpan<RibPath> paths, Func<IPAddress, uint?> metric)
    {
        var steps = paths.Length <= MostOnStack ? stackalloc DecisionStep[paths.Length] : new DecisionStep[paths.Length];
        var best = Judge(paths, metric, steps);
        if (best < 0)
            return default;

        var equal = steps.Count(DecisionStep.Multipath);
        if (equal == 0)
            return (Chosen(paths[best]), null);

        var multipath = new Choice[equal + 1];
        multipath[0] = Chosen(paths[best]);
        for (int i = 0, at = 1; i < paths.Length; i++)
        {
            if (steps[i] == DecisionStep.Multipath)
                multipath[at++] = Chosen(paths[i]);
        }

        Array.Sort(multipath, 1, equal, InOrder); // what shares the traffic is a set: its order must not depend on that of arrival
        return (multipath[0], multipath);
    }

    /// <summary>Says of each path where it fell behind.</summary>
    /// <param name="steps">As many as there are paths.</param>
    /// <returns>The number of the best path, -1 if there is none that can be used.</returns>
    public static int Judge(ReadOnlySpan<RibPath> paths, Func<IPAddress, uint?> metric, Span<DecisionStep> steps)
    {
        for (var i = 0; i < paths.Length; i++)
        {
            steps[i] = paths[i] switch
            {
                { Source.IsLocal: true } => DecisionStep.Best,
                { Usable: null } => DecisionStep.NotUsable,
                { Usable: { } usable } => metric(usable.NextHop) is null ? DecisionStep.NextHopUnreachable : DecisionStep.Best,
            };
        }

        KeepLowest(paths, steps, DecisionStep.OwnRoute, path => path.Source.IsLocal ? 0 : 1);
        KeepLowest(paths, steps, DecisionStep.LastResort, path => IsLongLivedStale(path.Usable) ? 1 : 0);
        KeepLowest(paths, steps, DecisionStep.LocalPreference, path => path.Source.IsLocal ? 0 : -(long)LocalPreference(path.Usable));
        KeepLowest(paths, steps, DecisionStep.AsPathLength, path => path.Usable?.AsPath.Length ?? 0);
        KeepLowest(paths, steps, DecisionStep.Origin, path => (long?)path.Usable?.Origin ?? 0);
        KeepLowestDiscriminators(paths, steps);
        KeepLowest(paths, steps, DecisionStep.ExternalBeforeInternal, path => path.Source.IsInternal ? 1 : 0);
        if (steps.Count(DecisionStep.Best) > 1)
            KeepLowest(paths, steps, DecisionStep.NextHopDistance, path => path.Usable is { } usable ? metric(usable.NextHop) ?? 0 : 0);
        return BreakTies(paths, steps);
    }

    public static uint LocalPreference(PathAttributes? attributes) => attributes?.LocalPreference ?? DefaultLocalPreference;

    /// <summary>RFC 9494 §4.3: a last resort.</summary>
    public static bool IsLongLivedStale(PathAttributes? attributes) =>
        attributes is { Communities: { Count: > 0 } communities } && communities.Contains(WellKnownCommunity.LongLivedStale);

    private static readonly Comparer<Choice> InOrder = Comparer<Choice>.Create((left, right) => CompareTieBreaks(left, right));

    private static Choice Chosen(in RibPath path) => new(path.Source, path.Usable, path.Id);

    private static void KeepLowest(ReadOnlySpan<RibPath> paths, Span<DecisionStep> steps, DecisionStep step, Func<RibPath, long> rank)
    {
        var lowest = long.MaxValue;
        for (var i = 0; i < paths.Length; i++)
        {
            if (steps[i] == DecisionStep.Best)
                lowest = Math.Min(lowest, rank(paths[i]));
        }

        for (var i = 0; i < paths.Length; i++)
        {
            if (steps[i] == DecisionStep.Best && rank(paths[i]) != lowest)
                steps[i] = step;
        }
    }

    /// <summary>MEDs compare only between paths from the same neighbouring AS; a missing one counts as 0.</summary>
    private static void KeepLowestDiscriminators(ReadOnlySpan<RibPath> paths, Span<DecisionStep> steps)
    {
        for (var i = 0; i < paths.Length; i++)
        {
            if (steps[i] != DecisionStep.Best || Discriminator(paths[i]) is not (var mine and > 0))
                continue; // nothing is lower than 0

            for (var j = 0; j < paths.Length; j++)
            {
                if (steps[j] is DecisionStep.Best or DecisionStep.MultiExitDiscriminator
                    && Discriminator(paths[j]) < mine
                    && paths[i].Usable?.AsPath.First == paths[j].Usable?.AsPath.First)
                {
                    steps[i] = DecisionStep.MultiExitDiscriminator;
                    break;
                }
            }
        }
    }

    private static uint Discriminator(in RibPath path) => path.Usable?.MultiExitDiscriminator ?? 0;

    private static int BreakTies(ReadOnlySpan<RibPath> paths, Span<DecisionStep> steps)
    {
        var best = -1;
        for (var i = 0; i < paths.Length; i++)
        {
            if (steps[i] != DecisionStep.Best)
                continue;

            if (best >= 0 && CompareTieBreaks(Chosen(paths[i]), Chosen(paths[best])) >= 0)
            {
                steps[i] = DecisionStep.Multipath;
                continue;
            }

            if (best >= 0)
                steps[best] = DecisionStep.Multipath;
            best = i;
        }

        return best;
    }

    /// <summary>RFC 4271 §9.1.2.2 f and g; RFC 4456 §9: the originator's identifier, then the shorter cluster list. Paths of one peer (RFC 7911): the lower number.</summary>
    private static int CompareTieBreaks(in Choice left, in Choice right)
    {
        var byIdentifier = Compare(left.Attributes?.OriginatorId ?? left.Source?.Identifier, right.Attributes?.OriginatorId ?? right.Source?.Identifier);
        if (byIdentifier != 0)
            return byIdentifier;

        var byClusters = (left.Attributes?.ClusterList.Count ?? 0).CompareTo(right.Attributes?.ClusterList.Count ?? 0);
        if (byClusters != 0)
            return byClusters;

        var byAddress = Compare(left.Source?.Address, right.Source?.Address);
        return byAddress != 0 ? byAddress : left.Id.CompareTo(right.Id);
    }

    private static int Compare(IPAddress? left, IPAddress? right)
    {
        if (ReferenceEquals(left, right))
            return 0;
        if (left is null || right is null)
            return left is null ? -1 : 1;
        if (left.AddressFamily != right.AddressFamily)
            return left.AddressFamily == AddressFamily.InterNetwork ? -1 : 1;

        Span<byte> leftOctets = stackalloc byte[16];
        Span<byte> rightOctets = stackalloc byte[16];
        left.TryWriteBytes(leftOctets, out _);
        right.TryWriteBytes(rightOctets, out _);
        return leftOctets.SequenceCompareTo(rightOctets);
    }
}
