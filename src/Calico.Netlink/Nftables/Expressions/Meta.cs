using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>What the kernel knows of a packet beside its bytes: links, mark, protocol.</summary>
/// <remarks>NFTA_META_DREG or NFTA_META_SREG, NFTA_META_KEY.</remarks>
public static class Meta
{
    internal const string KernelName = "meta";

    internal const ushort DestinationPart = 1, KeyPart = 2, SourcePart = 3; // NFTA_META_*

    public static Load InterfaceIn => Load(MetaKey.InterfaceInName);

    public static Load InterfaceOut => Load(MetaKey.InterfaceOutName);

    public static Load Mark => Load(MetaKey.Mark);

    /// <summary>TCP, UDP and so on; of IPv6, behind its extension headers. One byte.</summary>
    public static Load Protocol => Load(MetaKey.Protocol4);

    /// <summary>IPv4 (2) or IPv6 (10), in an inet table. One byte.</summary>
    public static Load Family => Load(MetaKey.NfProtocol);

    public static Load Load(MetaKey key) => new MetaLoad(key);

    /// <summary>Sets what can be set, as the mark, from a register.</summary>
    public static Expression Set(MetaKey key, Register source = default) => new MetaSet(key, source);

    internal static Expression Decode(AttributeReader body)
    {
        MetaKey key = default;
        Register? destination = null, source = null;
        while (body.Next())
        {
            switch (body.Type)
            {
                case DestinationPart: destination = Register.FromNumber(body.ReadUInt32BigEndian()); break;
                case KeyPart: key = (MetaKey)body.ReadUInt32BigEndian(); break;
                case SourcePart: source = Register.FromNumber(body.ReadUInt32BigEndian()); break;
            }
        }

        return source is { } from ? new MetaSet(key, from) : new MetaLoad(key) { Destination = destination.GetValueOrDefault() };
    }
}

internal sealed record MetaLoad(MetaKey Key) : Load
{
    internal override string Name => Meta.KernelName;

    internal override int Size => Key switch
    {
        MetaKey.InterfaceInName or MetaKey.InterfaceOutName => 16,
        MetaKey.NfProtocol or MetaKey.Protocol4 => 1,
        MetaKey.EtherType => 2,
        _ => 4,
    };

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(Meta.KeyPart, (uint)Key);
        message.PutBigEndian(Meta.DestinationPart, Destination.Number);
    }

    public override string ToString() => $"{Destination}=meta {Key}";
}

internal sealed record MetaSet(MetaKey Key, Register Source) : Expression
{
    internal override string Name => Meta.KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(Meta.KeyPart, (uint)Key);
        message.PutBigEndian(Meta.SourcePart, Source.Number);
    }

    public override string ToString() => $"meta {Key}={Source}";
}
