using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Goes on only if a register's first bytes, as many as the value has, compare so with it; as bytes from left to right.</summary>
/// <remarks>NFTA_CMP_SREG, _OP, _DATA.</remarks>
public sealed record Compare(Comparison Comparison, NftValue Value, Register Source = default) : Expression
{
    internal const string KernelName = "cmp";

    private const ushort SourcePart = 1, OperatorPart = 2, ValuePart = 3; // NFTA_CMP_*

    internal override string Name => KernelName;

    public static Compare Equal(NftValue value, Register source = default) => new(Comparison.Equal, value, source);

    public static Compare NotEqual(NftValue value, Register source = default) => new(Comparison.NotEqual, value, source);

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(SourcePart, Source.Number);
        message.PutBigEndian(OperatorPart, (uint)Comparison);
        NftData.Put(message, ValuePart, Value);
    }

    internal static Compare DecodeBody(AttributeReader body)
    {
        var compare = new Compare(default, default);
        while (body.Next())
        {
            compare = body.Type switch
            {
                SourcePart => compare with { Source = Register.FromNumber(body.ReadUInt32BigEndian()) },
                OperatorPart => compare with { Comparison = (Comparison)body.ReadUInt32BigEndian() },
                ValuePart => compare with { Value = NftData.ReadValue(body.Nested) },
                _ => compare,
            };
        }

        return compare;
    }

    public override string ToString() => $"{Source} {Comparison} {Value}";
}

/// <summary>NFT_CMP_*</summary>
public enum Comparison : uint
{
    Equal = 0,
    NotEqual = 1,
    Less = 2,
    LessOrEqual = 3,
    Greater = 4,
    GreaterOrEqual = 5,
}
