using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables;

/// <summary>NFT_MSG_NEWTABLE and its kin.</summary>
internal static class TableMessage
{
    public static void Add(RequestBuffer requests, Table table) => NftMessage.Begin(requests, NftVerb.NewTable, NetlinkFlags.Create, table).End();

    public static void Remove(RequestBuffer requests, Table table) => NftMessage.Begin(requests, NftVerb.DeleteTable, NetlinkFlags.None, table).End();

    public static void List(RequestBuffer requests) => NftMessage.Begin(requests, NftVerb.GetTable, NetlinkFlags.Dump, default(NftFamily)).End();

    /// <summary>The table that any nf_tables message is about; null where it names none.</summary>
    public static Table? Decode(ReadOnlySpan<byte> body)
    {
        var head = MessageReader.ReadFixed<NftMessage.NfGen>(body, out var attributes);
        while (attributes.Next())
        {
            if (attributes.Type == NftMessage.TableName)
                return new Table(head.Family, attributes.ReadString());
        }

        return null;
    }
}
