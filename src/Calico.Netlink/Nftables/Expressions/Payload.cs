using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Loads bytes of the packet, in the order they have there.</summary>
/// <remarks>NFTA_PAYLOAD_DREG, _BASE, _OFFSET, _LEN. A packet too short for it does not match the rule.</remarks>
public sealed record Payload(PayloadOrigin Origin, int Offset, int Length) : Load
{
    internal const string KernelName = "payload";

    private const ushort DestinationPart = 1, BasePart = 2, OffsetPart = 3, LengthPart = 4; // NFTA_PAYLOAD_*

    public static Payload SourceIPv4 => new(PayloadOrigin.Network, 12, 4);

    public static Payload DestinationIPv4 => new(PayloadOrigin.Network, 16, 4);

    public static Payload SourceIPv6 => new(PayloadOrigin.Network, 8, 16);

    public static Payload DestinationIPv6 => new(PayloadOrigin.Network, 24, 16);

    /// <summary>Of TCP, UDP, SCTP, DCCP, UDP-Lite alike; say first which of them.</summary>
    public static Payload SourcePort => new(PayloadOrigin.Transport, 0, 2);

    public static Payload DestinationPort => new(PayloadOrigin.Transport, 2, 2);

    /// <summary>Of ICMP and ICMPv6 alike. One byte.</summary>
    public static Payload IcmpType => new(PayloadOrigin.Transport, 0, 1);

    public static Payload IcmpCode => new(PayloadOrigin.Transport, 1, 1);

    internal override string Name => KernelName;

    internal override int Size => Length;

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(DestinationPart, Destination.Number);
        message.PutBigEndian(BasePart, (uint)Origin);
        message.PutBigEndian(OffsetPart, (uint)Offset);
        message.PutBigEndian(LengthPart, (uint)Length);
    }

    internal static Expression DecodeBody(AttributeReader body)
    {
        var whole = body;
        var load = new Payload(default, 0, 0);
        while (body.Next())
        {
            switch (body.Type)
            {
                case DestinationPart: load = load with { Destination = Register.FromNumber(body.ReadUInt32BigEndian()) }; break;
                case BasePart: load = load with { Origin = (PayloadOrigin)body.ReadUInt32BigEndian() }; break;
                case OffsetPart: load = load with { Offset = (int)body.ReadUInt32BigEndian() }; break;
                case LengthPart: load = load with { Length = (int)body.ReadUInt32BigEndian() }; break;
                default: return UnknownExpression.DecodeBody(KernelName, whole); // it writes to the packet
            }
        }

        return load;
    }

    public override string ToString() => $"{Destination}=payload {Origin}+{Offset}/{Length}";
}

/// <summary>What a <see cref="Payload"/> counts from (NFT_PAYLOAD_*).</summary>
public enum PayloadOrigin : uint
{
    Link = 0,
    Network = 1,
    Transport = 2,
}
