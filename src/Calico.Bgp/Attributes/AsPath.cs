using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;

namespace Calico.Bgp.Attributes;

/// <summary>The autonomous systems that a route has come through, the latest first.</summary>
/// <remarks>RFC 4271 §4.3: segments of type (1), count (1), AS numbers (2 or 4 octets each).</remarks>
internal sealed record AsPath(ValueArray<AsPathSegment> Segments)
{
    private const int LongestSegment = 255;

    public static readonly AsPath Empty = new(ValueArray<AsPathSegment>.Empty);

    /// <summary>RFC 4271 §9.1.2.2 a, RFC 5065 §5.3: a set counts as one, a confederation segment as nothing.</summary>
    public int Length
    {
        get
        {
            var length = 0;
            foreach (var segment in Segments.AsSpan())
            {
                length += segment.Kind switch
                {
                    AsPathSegmentKind.Sequence => segment.Numbers.Count,
                    AsPathSegmentKind.Set => 1,
                    _ => 0,
                };
            }

            return length;
        }
    }

    /// <summary>The AS that the route came from last; null if it began in ours or the path begins with a set.</summary>
    public uint? First => Segments is [{ Kind: AsPathSegmentKind.Sequence } first, ..] ? first.Numbers[0] : null;

    /// <summary>How often the AS stands in it.</summary>
    public int CountOf(uint asNumber)
    {
        var count = 0;
        foreach (var segment in Segments.AsSpan())
            count += segment.Numbers.AsSpan().Count(asNumber);
        return count;
    }

    public bool HasConfederation
    {
        get
        {
            foreach (var segment in Segments.AsSpan())
            {
                if (segment.Kind is AsPathSegmentKind.ConfederationSequence or AsPathSegmentKind.ConfederationSet)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Whether the path begins with these, in this order.</summary>
    public bool StartsWith(ReadOnlySpan<uint> numbers)
    {
        foreach (var segment in Segments.AsSpan())
        {
            if (numbers.IsEmpty)
                return true;
            if (segment.Kind != AsPathSegmentKind.Sequence)
                return false;

            var common = Math.Min(numbers.Length, segment.Numbers.Count);
            if (!segment.Numbers.AsSpan()[..common].SequenceEqual(numbers[..common]))
                return false;

            numbers = numbers[common..];
        }

        return numbers.IsEmpty;
    }

    /// <summary>RFC 4271 §5.1.2.</summary>
    public AsPath Prepend(uint asNumber)
    {
        if (Segments is [{ Kind: AsPathSegmentKind.Sequence, Numbers.Count: < LongestSegment } first, ..])
            return new([first with { Numbers = [asNumber, .. first.Numbers.AsSpan()] }, .. Segments.AsSpan()[1..]]);
        return new([new(AsPathSegmentKind.Sequence, [asNumber]), .. Segments.AsSpan()]);
    }

    /// <returns>Null if it is malformed (RFC 7606 §7.2) or holds AS 0 (RFC 7607 §2).</returns>
    public static AsPath? Decode(ReadOnlySpan<byte> value, bool fourOctetAs)
    {
        if (value.IsEmpty)
            return Empty;

        var size = fourOctetAs ? 4 : 2;
        var count = CountSegments(value, size);
        if (count < 0)
            return null;

        var segments = new AsPathSegment[count];
        var rest = value;
        for (var at = 0; at < count; at++)
        {
            var numbers = new uint[rest[1]];
            for (var i = 0; i < numbers.Length; i++)
            {
                var number = rest[(2 + i * size)..];
                numbers[i] = fourOctetAs ? BinaryPrimitives.ReadUInt32BigEndian(number) : BinaryPrimitives.ReadUInt16BigEndian(number);
                if (numbers[i] == 0)
                    return null;
            }

            segments[at] = new((AsPathSegmentKind)rest[0], new(numbers));
            rest = rest[(2 + numbers.Length * size)..];
        }

        return new(new ValueArray<AsPathSegment>(segments));
    }

    /// <returns>-1 if it is malformed.</returns>
    private static int CountSegments(ReadOnlySpan<byte> rest, int size)
    {
        var count = 0;
        for (; !rest.IsEmpty; count++)
        {
            if (rest.Length < 2 || rest[0] is 0 or > (byte)AsPathSegmentKind.ConfederationSet || rest[1] == 0 || rest.Length - 2 < rest[1] * size)
                return -1;

            rest = rest[(2 + rest[1] * size)..];
        }

        return count;
    }

    public void Encode(ref BgpWriter writer, bool fourOctetAs)
    {
        foreach (var segment in Segments.AsSpan())
        {
            writer.WriteByte((byte)segment.Kind);
            writer.WriteByte((byte)segment.Numbers.Count);
            foreach (var number in segment.Numbers.AsSpan())
            {
                if (fourOctetAs)
                    writer.WriteUInt32(number);
                else
                    writer.WriteUInt16(number <= ushort.MaxValue ? (ushort)number : FourOctetAsPath.AsTrans);
            }
        }
    }

    public override string ToString() => string.Join(' ', Segments);
}

[StructLayout(LayoutKind.Auto)]
internal readonly record struct AsPathSegment(AsPathSegmentKind Kind, ValueArray<uint> Numbers)
{
    public override string ToString() => Kind switch
    {
        AsPathSegmentKind.Sequence => string.Join(' ', Numbers),
        AsPathSegmentKind.Set => $"{{{string.Join(',', Numbers.Distinct().Order())}}}",
        AsPathSegmentKind.ConfederationSequence => $"({string.Join(' ', Numbers)})",
        _ => $"[{string.Join(',', Numbers.Distinct().Order())}]",
    };
}

/// <summary>RFC 4271 §4.3, RFC 5065 §3.</summary>
internal enum AsPathSegmentKind : byte
{
    Set = 1,
    Sequence = 2,
    ConfederationSequence = 3,
    ConfederationSet = 4,
}
