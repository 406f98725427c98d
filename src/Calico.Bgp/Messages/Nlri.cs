using Calico.Bgp.Values;

namespace Calico.Bgp.Messages;

/// <summary>Prefixes on the wire.</summary>
/// <remarks>RFC 4271 §4.3: length in bits (1), then as many octets as the length asks for.</remarks>
internal static class Nlri
{
    /// <returns>Null if a length is out of range or the last prefix is cut off: then nothing after it can be told apart.</returns>
    public static ValueArray<Prefix>? Decode(ReadOnlySpan<byte> bytes, bool isIPv6)
    {
        if (bytes.IsEmpty)
            return ValueArray<Prefix>.Empty;

        var prefixes = new List<Prefix>(bytes.Length / 4);
        while (!bytes.IsEmpty)
        {
            var length = bytes[0];
            var octets = (length + 7) / 8;
            if (length > (isIPv6 ? 128 : 32) || octets > bytes.Length - 1)
                return null;

            prefixes.Add(Prefix.Read(bytes.Slice(1, octets), length, isIPv6));
            bytes = bytes[(1 + octets)..];
        }

        return prefixes.ToValueArray();
    }

    public static void Encode(ref BgpWriter writer, ValueArray<Prefix> prefixes)
    {
        Span<byte> octets = stackalloc byte[16];
        foreach (var prefix in prefixes.AsSpan())
        {
            writer.WriteByte((byte)prefix.Length);
            prefix.Write(octets);
            writer.Write(octets[..prefix.OctetCount]);
        }
    }
}
