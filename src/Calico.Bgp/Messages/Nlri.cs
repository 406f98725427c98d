using System.Buffers.Binary;
using Calico.Bgp.Values;

namespace Calico.Bgp.Messages;

/// <summary>Prefixes on the wire.</summary>
/// <remarks>RFC 4271 §4.3: length in bits (1), then as many octets as the length asks for. With add-path (RFC 7911 §3) a path identifier (4) before it.</remarks>
/// <param name="PathIds">As many as there are prefixes; none without add-path.</param>
internal sealed record Nlri(ValueArray<Prefix> Prefixes, ValueArray<uint> PathIds)
{
    private const int IdLength = 4;

    public static readonly Nlri Empty = new(ValueArray<Prefix>.Empty, ValueArray<uint>.Empty);

    /// <returns>Null if a length is out of range or the last prefix is cut off: then nothing after it can be told apart.</returns>
    public static Nlri? Decode(ReadOnlySpan<byte> bytes, bool isIPv6, FamilySet addPath)
    {
        if (bytes.IsEmpty)
            return Empty;

        var before = addPath.Has(isIPv6) ? IdLength : 0;
        var count = Count(bytes, isIPv6, before);
        if (count < 0)
            return null;

        var prefixes = GC.AllocateUninitializedArray<Prefix>(count);
        var ids = before > 0 ? new uint[count] : [];
        for (var i = 0; i < count; i++)
        {
            if (before > 0)
                ids[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            var octets = (bytes[before] + 7) / 8;
            prefixes[i] = Prefix.Read(bytes.Slice(before + 1, octets), bytes[before], isIPv6);
            bytes = bytes[(before + 1 + octets)..];
        }

        return new(new(prefixes), before > 0 ? new(ids) : ValueArray<uint>.Empty);
    }

    public static void Encode(ref BgpWriter writer, ValueArray<Prefix> prefixes, ValueArray<uint> pathIds)
    {
        Span<byte> octets = stackalloc byte[16];
        for (var i = 0; i < prefixes.Count; i++)
        {
            if (pathIds.Count > 0)
                writer.WriteUInt32(pathIds[i]);
            var prefix = prefixes[i];
            writer.WriteByte((byte)prefix.Length);
            prefix.Write(octets);
            writer.Write(octets[..prefix.OctetCount]);
        }
    }

    /// <summary>Those of both.</summary>
    public Nlri Plus(Nlri other)
    {
        if (other.Prefixes.Count == 0)
            return this;
        if (Prefixes.Count == 0)
            return other;

        ValueArray<Prefix> prefixes = [.. Prefixes.AsSpan(), .. other.Prefixes.AsSpan()];
        if (PathIds.Count == 0 && other.PathIds.Count == 0)
            return new(prefixes, ValueArray<uint>.Empty);

        var ids = new uint[prefixes.Count]; // 0 where there is none
        PathIds.AsSpan().CopyTo(ids);
        other.PathIds.AsSpan().CopyTo(ids.AsSpan(Prefixes.Count));
        return new(prefixes, new(ids));
    }

    /// <param name="addPath">The families whose identifiers stand on the wire.</param>
    public Nlri Only(bool isIPv6, FamilySet addPath)
    {
        var which = Enumerable.Range(0, Prefixes.Count).Where(i => Prefixes[i].IsIPv6 == isIPv6).ToList();
        return new(
            which.Select(i => Prefixes[i]).ToValueArray(),
            addPath.Has(isIPv6) ? which.Select(i => PathIds.Count > 0 ? PathIds[i] : 0).ToValueArray() : ValueArray<uint>.Empty);
    }

    /// <returns>-1 if a length is out of range or the last prefix is cut off.</returns>
    private static int Count(ReadOnlySpan<byte> bytes, bool isIPv6, int before)
    {
        var count = 0;
        for (; !bytes.IsEmpty; count++)
        {
            if (bytes.Length <= before)
                return -1;

            var octets = (bytes[before] + 7) / 8;
            if (bytes[before] > (isIPv6 ? 128 : 32) || octets > bytes.Length - before - 1)
                return -1;

            bytes = bytes[(before + 1 + octets)..];
        }

        return count;
    }
}
