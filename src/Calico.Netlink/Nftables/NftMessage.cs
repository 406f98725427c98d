using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables;

/// <summary>What all nf_tables messages share.</summary>
/// <remarks>nlmsg_type: subsystem (1), verb (1). struct nfgenmsg: family, version, resource (2, network order); then NFTA_* attributes, integers in network order.</remarks>
internal static class NftMessage
{
    public const byte Subsystem = 10; // NFNL_SUBSYS_NFTABLES
    public const ushort BatchBegin = 0x10, BatchEnd = 0x11; // NFNL_MSG_BATCH_*
    public const ushort TableName = 1; // NFTA_*_TABLE: the same for all kinds of objects
    public const ushort ListElement = 1; // NFTA_LIST_ELEM

    private const ushort BatchGeneration = 1; // NFNL_BATCH_GENID

    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct NfGen(NftFamily Family, byte Version, ushort Resource);

    public static NetlinkWriter Begin(RequestBuffer requests, NftVerb verb, NetlinkFlags flags, NftFamily family)
    {
        var message = requests.Begin((ushort)((Subsystem << 8) | (byte)verb), flags);
        message.Write(new NfGen(family, 0, 0));
        return message;
    }

    public static NetlinkWriter Begin(RequestBuffer requests, NftVerb verb, NetlinkFlags flags, Table table)
    {
        var message = Begin(requests, verb, flags, table.Family);
        message.Put(TableName, table.Name);
        return message;
    }

    /// <summary>BATCH_BEGIN or BATCH_END.</summary>
    /// <param name="generation">The kernel refuses the batch (ERESTART) when the ruleset is no longer of that generation.</param>
    public static void Mark(RequestBuffer requests, ushort type, uint? generation = null)
    {
        var message = requests.Begin(type, NetlinkFlags.None);
        message.Write(new NfGen(default, 0, BinaryPrimitives.ReverseEndianness((ushort)Subsystem)));
        if (generation is { } expected)
            message.PutBigEndian(BatchGeneration, expected);

        message.End();
    }

    /// <returns>Null when the message is none of nf_tables.</returns>
    public static NftVerb? VerbOf(ushort type) => type >> 8 == Subsystem ? (NftVerb)(type & 0xff) : null;
}
