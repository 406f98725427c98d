using System.Buffers.Binary;

namespace Calico.Benchmarks.Bgp;

/// <summary>The UPDATEs of a feeder, as bytes. Prefixes are consecutive /24 from 20.0.0.0 on, by number; sets come in a mixed order.</summary>
internal static class Feed
{
    private const uint First = 20u << 24;
    private const int Mixing = 7919; // a prime: steps through all sets in an order that is none

    public static int NumberOf(uint address) => (int)((address - First) >> 8);

    /// <summary>All sets of prefixes that are the feeder's.</summary>
    public static byte[] Announce(LoadPlan plan, int feeder)
    {
        var sets = (plan.Prefixes + plan.PerSet - 1) / plan.PerSet;
        using var all = new MemoryStream();
        for (var i = 0L; i < sets; i++)
        {
            var set = (int)(i * Mixing % sets);
            if (plan.Overlap || set % plan.Feeders == feeder)
                all.Write(Announce(plan, feeder, set, set * plan.PerSet, Math.Min(plan.PerSet, plan.Prefixes - set * plan.PerSet)));
        }

        return all.ToArray();
    }

    /// <summary>ORIGIN, AS_PATH of 3 to 6, NEXT_HOP, MED or LOCAL_PREF, 1 to 3 communities.</summary>
    public static byte[] Announce(LoadPlan plan, int feeder, int set, int first, int count)
    {
        var path = 3 + set % 4;
        var attributes = new List<byte> { 0x40, 1, 1, 0, 0x40, 2, (byte)(2 + 4 * path), 2, (byte)path };
        Add(attributes, plan.Internal ? 64900 : plan.AsOf(feeder));
        for (var i = 1; i < path; i++)
            Add(attributes, (uint)(100000 + (set * 31 + i * 977) % 90000));
        attributes.AddRange([0x40, 3, 4, .. System.Net.IPAddress.Parse(plan.NextHop ?? LoadPlan.AddressOf(feeder)).GetAddressBytes()]);
        attributes.AddRange([0x80, 4, 4]);
        Add(attributes, (uint)(set % 1000));
        if (plan.Internal)
        {
            attributes.AddRange([0x40, 5, 4]);
            Add(attributes, 100);
        }

        var communities = 1 + set % 3;
        attributes.AddRange([0xc0, 8, (byte)(4 * communities)]);
        for (var i = 0; i < communities; i++)
            Add(attributes, (uint)(65000 << 16 | (set * 7 + i) & 0xffff));
        return Message([0, 0, (byte)(attributes.Count >> 8), (byte)attributes.Count, .. attributes, .. Prefixes(first, count)]);
    }

    public static byte[] Withdraw(int first, int count)
    {
        using var all = new MemoryStream();
        for (var done = 0; done < count; done += 1000)
        {
            var prefixes = Prefixes(first + done, Math.Min(1000, count - done));
            all.Write(Message([(byte)(prefixes.Length >> 8), (byte)prefixes.Length, .. prefixes, 0, 0]));
        }

        return all.ToArray();
    }

    public static byte[] Message(ReadOnlySpan<byte> body, byte type = 2)
    {
        var message = new byte[19 + body.Length];
        message.AsSpan(0, 16).Fill(0xff);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(16), (ushort)message.Length);
        message[18] = type;
        body.CopyTo(message.AsSpan(19));
        return message;
    }

    private static byte[] Prefixes(int first, int count)
    {
        var prefixes = new byte[4 * count];
        for (var i = 0; i < count; i++)
            BinaryPrimitives.WriteUInt32BigEndian(prefixes.AsSpan(4 * i), (24u << 24) | ((First >> 8) + (uint)(first + i)));
        return prefixes;
    }

    private static void Add(List<byte> bytes, uint number) => bytes.AddRange([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]);
}
