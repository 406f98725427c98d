using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>One step of a rule. It loads into a register, compares what is in one, acts on the packet or gives a verdict.</summary>
/// <remarks>NFTA_EXPR_NAME (text), NFTA_EXPR_DATA (a nest that each expression fills in its own way, integers in network order).</remarks>
public abstract record Expression
{
    private const ushort NamePart = 1, BodyPart = 2; // NFTA_EXPR_*

    private protected Expression()
    {
    }

    /// <summary>The kernel's name for it.</summary>
    internal abstract string Name { get; }

    internal abstract void EncodeBody(NetlinkWriter message);

    internal void Encode(NetlinkWriter message, ushort attribute)
    {
        var nest = message.BeginNest(attribute);
        message.Put(NamePart, Name);
        var body = message.BeginNest(BodyPart);
        EncodeBody(message);
        message.EndNest(body);
        message.EndNest(nest);
    }

    internal static Sequence<Expression> DecodeList(AttributeReader list)
    {
        var expressions = new List<Expression>();
        while (list.Next())
            expressions.Add(Decode(list.Nested));

        return [.. expressions];
    }

    internal static Expression Decode(AttributeReader attributes)
    {
        var name = "";
        var body = default(AttributeReader);
        while (attributes.Next())
        {
            if (attributes.Type == NamePart)
                name = attributes.ReadString();
            else if (attributes.Type == BodyPart)
                body = attributes.Nested;
        }

        return Decode(name, body);
    }

    private static Expression Decode(string name, AttributeReader body) => name switch
    {
        Meta.KernelName => Meta.Decode(body),
        Payload.KernelName => Payload.DecodeBody(body),
        Compare.KernelName => Compare.DecodeBody(body),
        Between.KernelName => Between.DecodeBody(body),
        Bitwise.KernelName => Bitwise.DecodeBody(body),
        Conntrack.KernelName => Conntrack.Decode(body),
        Lookup.KernelName => Lookup.DecodeBody(body),
        Immediate.KernelName => Immediate.DecodeBody(body),
        Counter.KernelName => Counter.DecodeBody(body),
        Log.KernelName => Log.DecodeBody(body),
        Limit.KernelName => Limit.DecodeBody(body),
        Fib.KernelName => Fib.DecodeBody(body),
        Reject.KernelName => Reject.DecodeBody(body),
        Masquerade.KernelName => Masquerade.DecodeBody(body),
        Nat.KernelName => Nat.DecodeBody(body),
        Redirect.KernelName => Redirect.DecodeBody(body),
        NoTrack.KernelName => new NoTrack(),
        TransparentProxy.KernelName => TransparentProxy.DecodeBody(body),
        _ => UnknownExpression.DecodeBody(name, body),
    };
}
