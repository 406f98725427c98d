using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Goes on only if a register is in a range, both ends included; inverted, only if not.</summary>
/// <remarks>NFTA_RANGE_SREG, _OP, _FROM_DATA, _TO_DATA; nft(8) writes two comparisons instead where it does not invert.</remarks>
public sealed record Between(NftValue First, NftValue Last, bool IsInverted = false, Register Source = default) : Expression
{
    internal const string KernelName = "range";

    private const ushort SourcePart = 1, OperatorPart = 2, FirstPart = 3, LastPart = 4; // NFTA_RANGE_*

    internal override string Name => KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(SourcePart, Source.Number);
        message.PutBigEndian(OperatorPart, IsInverted ? 1u : 0u);
        NftData.Put(message, FirstPart, First);
        NftData.Put(message, LastPart, Last);
    }

    internal static Between DecodeBody(AttributeReader body)
    {
        var between = new Between(default, default);
        while (body.Next())
        {
            between = body.Type switch
            {
                SourcePart => between with { Source = Register.FromNumber(body.ReadUInt32BigEndian()) },
                OperatorPart => between with { IsInverted = body.ReadUInt32BigEndian() != 0 },
                FirstPart => between with { First = NftData.ReadValue(body.Nested) },
                LastPart => between with { Last = NftData.ReadValue(body.Nested) },
                _ => between,
            };
        }

        return between;
    }

    public override string ToString() => $"{Source} {(IsInverted ? "not in" : "in")} {First}-{Last}";
}
