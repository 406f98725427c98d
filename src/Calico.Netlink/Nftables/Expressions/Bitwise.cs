using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>A register becomes (another AND a mask) XOR a value: tests bits, cuts a prefix out, sets part of a mark.</summary>
/// <remarks>NFTA_BITWISE_SREG, _DREG, _LEN, _MASK, _XOR; _OP is left to its default.</remarks>
public sealed record Bitwise(NftValue Mask, NftValue Xor, Register Source = default, Register Destination = default) : Expression
{
    internal const string KernelName = "bitwise";

    private const ushort SourcePart = 1, DestinationPart = 2, LengthPart = 3, MaskPart = 4, XorPart = 5, OperatorPart = 6; // NFTA_BITWISE_*

    internal override string Name => KernelName;

    /// <summary>Keeps the bits of the mask.</summary>
    public static Bitwise And(NftValue mask) => new(mask, NftValue.Of(new byte[mask.Bytes.Length]));

    /// <summary>Of a number in host order, puts <paramref name="value"/> in the bits of <paramref name="mask"/> and leaves the others.</summary>
    public static Bitwise Replace(uint mask, uint value) => new(NftValue.Number(~mask), NftValue.Number(value & mask));

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(SourcePart, Source.Number);
        message.PutBigEndian(DestinationPart, Destination.Number);
        message.PutBigEndian(LengthPart, (uint)Mask.Bytes.Length);
        NftData.Put(message, MaskPart, Mask);
        NftData.Put(message, XorPart, Xor);
    }

    internal static Expression DecodeBody(AttributeReader body)
    {
        var whole = body;
        var bitwise = new Bitwise(default, default);
        while (body.Next())
        {
            switch (body.Type)
            {
                case SourcePart: bitwise = bitwise with { Source = Register.FromNumber(body.ReadUInt32BigEndian()) }; break;
                case DestinationPart: bitwise = bitwise with { Destination = Register.FromNumber(body.ReadUInt32BigEndian()) }; break;
                case MaskPart: bitwise = bitwise with { Mask = NftData.ReadValue(body.Nested) }; break;
                case XorPart: bitwise = bitwise with { Xor = NftData.ReadValue(body.Nested) }; break;
                case OperatorPart when body.ReadUInt32BigEndian() != 0: return UnknownExpression.DecodeBody(KernelName, whole); // a shift
            }
        }

        return bitwise;
    }

    public override string ToString() => $"{Destination}=({Source} & {Mask}) ^ {Xor}";
}
