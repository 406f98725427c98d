using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Counts what comes by. Any two are equal: a rule that has counted is still the same rule.</summary>
/// <remarks>NFTA_COUNTER_BYTES, _PACKETS (8 bytes each).</remarks>
public sealed record Counter(ulong Packets = 0, ulong Bytes = 0) : Expression
{
    internal const string KernelName = "counter";

    private const ushort BytesPart = 1, PacketsPart = 2; // NFTA_COUNTER_*

    internal override string Name => KernelName;

    public bool Equals(Counter? other) => other is not null;

    public override int GetHashCode() => KernelName.GetHashCode(StringComparison.Ordinal);

    internal override void EncodeBody(NetlinkWriter message)
    {
        if (this is { Packets: 0, Bytes: 0 })
            return;

        message.PutBigEndian(BytesPart, Bytes);
        message.PutBigEndian(PacketsPart, Packets);
    }

    internal static Counter DecodeBody(AttributeReader body)
    {
        var counter = new Counter();
        while (body.Next())
        {
            counter = body.Type switch
            {
                BytesPart => counter with { Bytes = body.ReadUInt64BigEndian() },
                PacketsPart => counter with { Packets = body.ReadUInt64BigEndian() },
                _ => counter,
            };
        }

        return counter;
    }

    public override string ToString() => KernelName;
}
