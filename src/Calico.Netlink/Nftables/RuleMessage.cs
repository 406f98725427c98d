using Calico.Netlink.Nftables.Expressions;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables;

/// <summary>NFT_MSG_NEWRULE and its kin.</summary>
internal static class RuleMessage
{
    private const ushort Chain = 2, Handle = 3, ExpressionList = 4, Position = 6, UserDataPart = 7; // NFTA_RULE_*

    /// <param name="flags">Create|Append puts it last or after <paramref name="position"/>; Create alone first or before it; Replace in place of its own handle.</param>
    /// <param name="position">The handle of another rule of the chain; 0 for none.</param>
    public static void Add(RequestBuffer requests, Rule rule, NetlinkFlags flags, ulong position)
    {
        var message = NftMessage.Begin(requests, NftVerb.NewRule, flags, rule.Table);
        message.Put(Chain, rule.Chain);
        if (flags.HasFlag(NetlinkFlags.Replace))
            message.PutBigEndian(Handle, rule.Handle);

        if (position != 0)
            message.PutBigEndian(Position, position);

        var list = message.BeginNest(ExpressionList);
        foreach (var expression in rule.Expressions.Span)
            expression.Encode(message, NftMessage.ListElement);

        message.EndNest(list);
        UserData.PutComment(message, UserDataPart, rule.Comment);
        message.End();
    }

    /// <param name="handle">0 removes all rules of the chain.</param>
    public static void Remove(RequestBuffer requests, Table table, string chain, ulong handle)
    {
        var message = NftMessage.Begin(requests, NftVerb.DeleteRule, NetlinkFlags.None, table);
        message.Put(Chain, chain);
        if (handle != 0)
            message.PutBigEndian(Handle, handle);

        message.End();
    }

    public static void List(RequestBuffer requests, Table table, string? chain)
    {
        var message = NftMessage.Begin(requests, NftVerb.GetRule, NetlinkFlags.Dump, table);
        if (chain is not null)
            message.Put(Chain, chain);

        message.End();
    }

    public static Rule? Decode(ReadOnlySpan<byte> body)
    {
        var head = MessageReader.ReadFixed<NftMessage.NfGen>(body, out var attributes);
        string table = "", chain = "";
        string? comment = null;
        ulong handle = 0;
        Sequence<Expression> expressions = [];
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case NftMessage.TableName: table = attributes.ReadString(); break;
                case Chain: chain = attributes.ReadString(); break;
                case Handle: handle = attributes.ReadUInt64BigEndian(); break;
                case ExpressionList: expressions = Expression.DecodeList(attributes.Nested); break;
                case UserDataPart: comment = UserData.ReadComment(attributes.Value); break;
            }
        }

        return new Rule { Table = new Table(head.Family, table), Chain = chain, Handle = handle, Expressions = expressions, Comment = comment };
    }
}
