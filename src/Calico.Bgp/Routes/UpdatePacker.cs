using System.Buffers;
using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>Puts as many prefixes as there is room for into each UPDATE.</summary>
internal static class UpdatePacker
{
    /// <summary>Nothing, if the attributes alone are too long for a message.</summary>
    public static IEnumerable<UpdateMessage> Announce(PathAttributes attributes, IEnumerable<Prefix> prefixes, CodecOptions options)
    {
        var attributesLength = Measure(attributes, options);
        foreach (var family in prefixes.GroupBy(prefix => prefix.IsIPv6))
        {
            var room = UpdateMessage.Room - attributesLength - (family.Key ? MpReach.Overhead(attributes) : 0);
            foreach (var chunk in Chunks(family, room))
                yield return new([], [new(attributes, chunk)]);
        }
    }

    public static IEnumerable<UpdateMessage> Withdraw(IEnumerable<Prefix> prefixes)
    {
        foreach (var family in prefixes.GroupBy(prefix => prefix.IsIPv6))
        {
            foreach (var chunk in Chunks(family, UpdateMessage.Room - (family.Key ? MpUnreach.Overhead : 0)))
                yield return new(chunk, []);
        }
    }

    private static IEnumerable<ValueArray<Prefix>> Chunks(IEnumerable<Prefix> prefixes, int room)
    {
        var chunk = new List<Prefix>();
        var left = room;
        foreach (var prefix in prefixes)
        {
            var size = 1 + prefix.OctetCount;
            if (size > left && chunk.Count > 0)
            {
                yield return chunk.ToValueArray();
                chunk.Clear();
                left = room;
            }

            if (size > left)
                yield break;

            chunk.Add(prefix);
            left -= size;
        }

        if (chunk.Count > 0)
            yield return chunk.ToValueArray();
    }

    private static int Measure(PathAttributes attributes, in CodecOptions options)
    {
        var scratch = ArrayPool<byte>.Shared.Rent(4 * BgpMessage.ExtendedMaxLength); // received in one message, plus what we add, in four-octet form
        var writer = new BgpWriter(scratch);
        AttributeWriter.Write(ref writer, attributes, withNextHop: true, options.FourOctetAs);
        ArrayPool<byte>.Shared.Return(scratch);
        return writer.Length;
    }
}
