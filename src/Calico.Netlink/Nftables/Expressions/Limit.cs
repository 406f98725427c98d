using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Goes on only while packets (or bytes) come no faster than a rate; inverted, only while they come faster.</summary>
/// <param name="Rate">So many a <paramref name="Per"/>.</param>
/// <param name="Per">In whole seconds.</param>
/// <param name="Burst">How many more at once.</param>
/// <remarks>NFTA_LIMIT_RATE (8), _UNIT (8, seconds), _BURST, _TYPE, _FLAGS.</remarks>
public sealed record Limit(ulong Rate, TimeSpan Per, uint Burst = 5, bool CountsBytes = false, bool IsInverted = false) : Expression
{
    internal const string KernelName = "limit";

    private const ushort RatePart = 1, UnitPart = 2, BurstPart = 3, TypePart = 4, FlagsPart = 5; // NFTA_LIMIT_*
    private const uint Inverted = 1; // NFT_LIMIT_F_INV

    internal override string Name => KernelName;

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(RatePart, Rate);
        message.PutBigEndian(UnitPart, (ulong)Per.TotalSeconds);
        message.PutBigEndian(BurstPart, Burst);
        message.PutBigEndian(TypePart, CountsBytes ? 1u : 0u);
        message.PutBigEndian(FlagsPart, IsInverted ? Inverted : 0);
    }

    internal static Limit DecodeBody(AttributeReader body)
    {
        var limit = new Limit(0, default, 0);
        while (body.Next())
        {
            limit = body.Type switch
            {
                RatePart => limit with { Rate = body.ReadUInt64BigEndian() },
                UnitPart => limit with { Per = TimeSpan.FromSeconds((long)Math.Min(body.ReadUInt64BigEndian(), int.MaxValue)) },
                BurstPart => limit with { Burst = body.ReadUInt32BigEndian() },
                TypePart => limit with { CountsBytes = body.ReadUInt32BigEndian() != 0 },
                FlagsPart => limit with { IsInverted = (body.ReadUInt32BigEndian() & Inverted) != 0 },
                _ => limit,
            };
        }

        return limit;
    }
}
