using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Drops the packet and tells its sender.</summary>
/// <param name="Code">The ICMP code; of <see cref="RejectKind.Icmpx"/>, NFT_REJECT_ICMPX_*; unused for a reset.</param>
/// <remarks>NFTA_REJECT_TYPE, _ICMP_CODE (one byte).</remarks>
public sealed record Reject(RejectKind Kind, byte Code) : Expression
{
    internal const string KernelName = "reject";

    private const ushort KindPart = 1, CodePart = 2; // NFTA_REJECT_*

    /// <summary>ICMP "administratively prohibited", in the packet's own family.</summary>
    public static Reject AdministrativelyProhibited { get; } = new(RejectKind.Icmpx, 3);

    public static Reject PortUnreachable { get; } = new(RejectKind.Icmpx, 1);

    /// <summary>For TCP alone.</summary>
    public static Reject TcpReset { get; } = new(RejectKind.TcpReset, 0);

    internal override string Name => KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(KindPart, (uint)Kind);
        message.Put(CodePart, Code);
    }

    internal static Reject DecodeBody(AttributeReader body)
    {
        var reject = new Reject(default, 0);
        while (body.Next())
        {
            reject = body.Type switch
            {
                KindPart => reject with { Kind = (RejectKind)body.ReadUInt32BigEndian() },
                CodePart => reject with { Code = body.ReadByte() },
                _ => reject,
            };
        }

        return reject;
    }
}

/// <summary>NFT_REJECT_*</summary>
public enum RejectKind : uint
{
    /// <summary>ICMP or ICMPv6 with that family's own code: for tables of one family.</summary>
    Icmp = 0,
    TcpReset = 1,

    /// <summary>For inet tables: a code that has a meaning in both families.</summary>
    Icmpx = 2,
}
