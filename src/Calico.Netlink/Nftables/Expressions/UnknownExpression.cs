using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>An expression that is not spoken here, in somebody else's rule: kept as it came, so that the rule can be told from others and put back.</summary>
/// <param name="KernelName">The kernel's name for it.</param>
/// <param name="Body">NFTA_EXPR_DATA.</param>
public sealed record UnknownExpression(string KernelName, NftValue Body) : Expression
{
    internal override string Name => KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
        var body = new AttributeReader(Body.Bytes);
        while (body.Next())
            message.Put(body.RawType, body.Value);
    }

    internal static UnknownExpression DecodeBody(string name, AttributeReader body) => new(name, NftValue.Of(body.Rest));
}
