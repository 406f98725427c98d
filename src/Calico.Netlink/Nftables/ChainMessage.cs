using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables;

/// <summary>NFT_MSG_NEWCHAIN and its kin.</summary>
internal static class ChainMessage
{
    private const ushort Name = 3, HookPart = 4, Policy = 5, Kind = 7, UserDataPart = 12; // NFTA_CHAIN_*
    private const ushort HookNumber = 1, HookPriority = 2; // NFTA_HOOK_*
    private const uint Drop = 0, Accept = 1; // NF_DROP, NF_ACCEPT

    public static void Add(RequestBuffer requests, Chain chain)
    {
        var message = NftMessage.Begin(requests, NftVerb.NewChain, NetlinkFlags.Create, chain.Table);
        message.Put(Name, chain.Name);
        if (chain.Hook is { } hook)
        {
            message.Put(Kind, hook.Kind);
            message.PutBigEndian(Policy, hook.Drops ? Drop : Accept);
            var nest = message.BeginNest(HookPart);
            message.PutBigEndian(HookNumber, (uint)hook.Hook);
            message.PutBigEndian(HookPriority, (uint)hook.Priority);
            message.EndNest(nest);
        }

        UserData.PutComment(message, UserDataPart, chain.Comment);
        message.End();
    }

    public static void Remove(RequestBuffer requests, Chain chain)
    {
        var message = NftMessage.Begin(requests, NftVerb.DeleteChain, NetlinkFlags.None, chain.Table);
        message.Put(Name, chain.Name);
        message.End();
    }

    /// <summary>The kernel lists the chains of all tables of a family.</summary>
    public static void List(RequestBuffer requests, NftFamily family) => NftMessage.Begin(requests, NftVerb.GetChain, NetlinkFlags.Dump, family).End();

    public static Chain? Decode(ReadOnlySpan<byte> body)
    {
        var head = MessageReader.ReadFixed<NftMessage.NfGen>(body, out var attributes);
        string table = "", name = "", kind = "";
        string? comment = null;
        ChainHook? hook = null;
        var drops = false;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NftMessage.TableName: table = attributes.ReadString(); break;
                case Name: name = attributes.ReadString(); break;
                case HookPart: hook = DecodeHook(attributes.Nested); break;
                case Policy: drops = attributes.ReadUInt32BigEndian() == Drop; break;
                case Kind: kind = attributes.ReadString(); break;
                case UserDataPart: comment = UserData.ReadComment(attributes.Value); break;
            }
        }

        return new Chain
        {
            Table = new Table(head.Family, table),
            Name = name,
            Hook = hook is { } called ? called with { Kind = kind, Drops = drops } : null,
            Comment = comment,
        };
    }

    private static ChainHook DecodeHook(AttributeReader attributes)
    {
        var hook = default(ChainHook);
        while (attributes.Next())
        {
            hook = attributes.Type switch
            {
                HookNumber => hook with { Hook = (Hook)attributes.ReadUInt32BigEndian() },
                HookPriority => hook with { Priority = (int)attributes.ReadUInt32BigEndian() },
                _ => hook,
            };
        }

        return hook;
    }
}
