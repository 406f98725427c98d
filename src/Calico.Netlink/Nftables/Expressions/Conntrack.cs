using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>What connection tracking knows of a packet's flow.</summary>
/// <remarks>NFTA_CT_DREG or _SREG, _KEY, _DIRECTION (one byte).</remarks>
public static class Conntrack
{
    internal const string KernelName = "ct";

    internal const ushort DestinationPart = 1, KeyPart = 2, DirectionPart = 3, SourcePart = 4; // NFTA_CT_*

    /// <summary>One of <see cref="ConntrackState"/>, a number in host order.</summary>
    public static Load State => Load(ConntrackKey.State);

    public static Load Mark => Load(ConntrackKey.Mark);

    /// <summary>0 as the flow's first packet, 1 as its replies. One byte.</summary>
    public static Load Direction => Load(ConntrackKey.Direction);

    public static Load Load(ConntrackKey key) => new ConntrackLoad(key);

    public static Expression Set(ConntrackKey key, Register source = default) => new ConntrackSet(key, source);

    /// <summary>Goes on only if the flow is in one of these states; nft's <c>ct state a,b</c>.</summary>
    public static Sequence<Expression> IsIn(ConntrackState states) =>
        [State, Bitwise.And(NftValue.Number((uint)states)), Compare.NotEqual(NftValue.Number(0))];

    internal static Expression Decode(AttributeReader body)
    {
        var whole = body;
        ConntrackKey key = default;
        Register? destination = null, source = null;
        while (body.Next())
        {
            switch (body.Type)
            {
                case DestinationPart: destination = Register.FromNumber(body.ReadUInt32BigEndian()); break;
                case KeyPart: key = (ConntrackKey)body.ReadUInt32BigEndian(); break;
                case SourcePart: source = Register.FromNumber(body.ReadUInt32BigEndian()); break;
                case DirectionPart: return UnknownExpression.DecodeBody(KernelName, whole); // one side's addresses or counts
            }
        }

        return source is { } from ? new ConntrackSet(key, from) : new ConntrackLoad(key) { Destination = destination.GetValueOrDefault() };
    }
}

internal sealed record ConntrackLoad(ConntrackKey Key) : Load
{
    internal override string Name => Conntrack.KernelName;

    internal override int Size => Key == ConntrackKey.Direction ? 1 : 4;

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(Conntrack.KeyPart, (uint)Key);
        message.PutBigEndian(Conntrack.DestinationPart, Destination.Number);
    }

    public override string ToString() => $"{Destination}=ct {Key}";
}

internal sealed record ConntrackSet(ConntrackKey Key, Register Source) : Expression
{
    internal override string Name => Conntrack.KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(Conntrack.KeyPart, (uint)Key);
        message.PutBigEndian(Conntrack.SourcePart, Source.Number);
    }

    public override string ToString() => $"ct {Key}={Source}";
}
