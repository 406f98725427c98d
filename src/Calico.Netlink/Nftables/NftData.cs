using Calico.Netlink.Nftables.Expressions;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables;

/// <summary>NFTA_DATA_*: a value or a verdict inside another attribute.</summary>
internal static class NftData
{
    /// <summary>NFTA_DATA_VALUE</summary>
    public const ushort Value = 1;

    private const ushort VerdictPart = 2; // NFTA_DATA_VERDICT
    private const ushort CodePart = 1, ChainPart = 2; // NFTA_VERDICT_*

    public static void Put(NetlinkWriter message, ushort attribute, NftValue value)
    {
        var nest = message.BeginNest(attribute);
        message.Put(Value, value.Bytes);
        message.EndNest(nest);
    }

    public static void Put(NetlinkWriter message, ushort attribute, Verdict verdict)
    {
        var nest = message.BeginNest(attribute);
        var part = message.BeginNest(VerdictPart);
        message.PutBigEndian(CodePart, (uint)verdict.Code);
        if (verdict.Chain is { } chain)
            message.Put(ChainPart, chain);

        message.EndNest(part);
        message.EndNest(nest);
    }

    public static NftValue ReadValue(AttributeReader attributes) =>
        Read(attributes).Value ?? throw NetlinkException.Malformed("a verdict where a value belongs");

    public static (NftValue? Value, Verdict? Verdict) Read(AttributeReader attributes)
    {
        while (attributes.Next())
        {
            if (attributes.Type == Value)
                return (NftValue.Of(attributes.Value), null);

            if (attributes.Type == VerdictPart)
                return (null, ReadVerdict(attributes.Nested));
        }

        throw NetlinkException.Malformed("neither a value nor a verdict");
    }

    private static Verdict ReadVerdict(AttributeReader attributes)
    {
        var code = VerdictCode.Drop;
        string? chain = null;
        while (attributes.Next())
        {
            if (attributes.Type == CodePart)
                code = (VerdictCode)attributes.ReadUInt32BigEndian();
            else if (attributes.Type == ChainPart)
                chain = attributes.ReadString();
        }

        return Verdict.Of(code, chain);
    }
}
