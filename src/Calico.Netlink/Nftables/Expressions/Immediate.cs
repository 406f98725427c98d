using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Puts a value in a register.</summary>
/// <remarks>NFTA_IMMEDIATE_DREG, _DATA. With a verdict for data it is a <see cref="Verdict"/>.</remarks>
public sealed record Immediate(NftValue Value, Register Destination = default) : Expression
{
    internal const string KernelName = "immediate";

    private const ushort DestinationPart = 1, ValuePart = 2; // NFTA_IMMEDIATE_*

    internal override string Name => KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(DestinationPart, Destination.Number);
        NftData.Put(message, ValuePart, Value);
    }

    internal static void EncodeVerdict(NetlinkWriter message, Verdict verdict)
    {
        message.PutBigEndian(DestinationPart, Register.Verdict.Number);
        NftData.Put(message, ValuePart, verdict);
    }

    internal static Expression DecodeBody(AttributeReader body)
    {
        var destination = default(Register);
        NftValue? value = null;
        Verdict? verdict = null;
        while (body.Next())
        {
            if (body.Type == DestinationPart)
                destination = Register.FromNumber(body.ReadUInt32BigEndian());
            else if (body.Type == ValuePart)
                (value, verdict) = NftData.Read(body.Nested);
        }

        return verdict is not null ? verdict : new Immediate(value.GetValueOrDefault(), destination);
    }

    public override string ToString() => $"{Destination}={Value}";
}
