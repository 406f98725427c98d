using Calico.Bgp.Values;

namespace Calico.Bgp.Attributes;

/// <summary>Paths towards and from peers that know two-octet AS numbers only (RFC 6793 §4.2).</summary>
internal static class FourOctetAsPath
{
    public const ushort AsTrans = 23456;

    /// <summary>True when two octets cannot say the path, so that an AS4_PATH must go with it.</summary>
    public static bool IsNeeded(AsPath path) => path.Segments.Any(segment => segment.Numbers.Any(number => number > ushort.MaxValue));

    /// <summary>RFC 6793 §4.2.3: the leading part of the short path that the AS4_PATH does not cover, then the AS4_PATH.</summary>
    /// <returns>The short path itself if the AS4_PATH is longer: then it is not of this route.</returns>
    public static AsPath Merge(AsPath shortPath, AsPath as4Path)
    {
        var leading = shortPath.Length - as4Path.Length;
        if (leading < 0)
            return shortPath;

        var merged = new List<AsPathSegment>();
        foreach (var segment in shortPath.Segments)
        {
            if (leading == 0)
                break;

            var taken = segment.Kind == AsPathSegmentKind.Sequence ? Math.Min(leading, segment.Numbers.Count) : segment.Numbers.Count;
            merged.Add(segment with { Numbers = segment.Numbers.Take(taken).ToValueArray() });
            leading -= segment.Kind == AsPathSegmentKind.Sequence ? taken : 1;
        }

        return new([.. merged, .. as4Path.Segments]);
    }

    /// <summary>RFC 6793 §3: an AS4_PATH never holds confederation segments.</summary>
    public static AsPath WithoutConfederation(AsPath path) =>
        new(path.Segments.Where(segment => segment.Kind is AsPathSegmentKind.Sequence or AsPathSegmentKind.Set).ToValueArray());
}
