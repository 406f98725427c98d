using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Tells of the packet: to whoever listens to an NFLOG group, or (with none) to the kernel's log.</summary>
/// <param name="Group">The NFLOG group; null for the kernel's log.</param>
/// <param name="Prefix">At most 127 bytes.</param>
/// <param name="SnapLength">How many bytes of the packet go along; 0 for all.</param>
/// <remarks>NFTA_LOG_GROUP (2), _PREFIX, _SNAPLEN; the kernel's log takes NFTA_LOG_LEVEL, "warning" by default.</remarks>
public sealed record Log(ushort? Group = null, string? Prefix = null, uint SnapLength = 0) : Expression
{
    internal const string KernelName = "log";

    private const ushort GroupPart = 1, PrefixPart = 2, SnapLengthPart = 3; // NFTA_LOG_*

    internal override string Name => KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
        if (Prefix is not null)
            message.Put(PrefixPart, Prefix);

        if (Group is not { } group)
            return;

        message.PutBigEndian(GroupPart, group);
        if (SnapLength != 0)
            message.PutBigEndian(SnapLengthPart, SnapLength);
    }

    internal static Log DecodeBody(AttributeReader body)
    {
        var log = new Log();
        while (body.Next())
        {
            log = body.Type switch
            {
                GroupPart => log with { Group = body.ReadUInt16BigEndian() },
                PrefixPart => log with { Prefix = body.ReadString() },
                SnapLengthPart => log with { SnapLength = body.ReadUInt32BigEndian() },
                _ => log,
            };
        }

        return log;
    }
}
