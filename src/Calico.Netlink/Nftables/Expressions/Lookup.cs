using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>Looks a register's value up in a set of the same table; goes on only if it is there, or (inverted) only if not.</summary>
/// <param name="Set">The set's name.</param>
/// <param name="Destination">Where a map's value goes. After a miss the rule ends and the register keeps what it had.</param>
/// <remarks>NFTA_LOOKUP_SET, _SREG, _DREG, _FLAGS.</remarks>
public sealed record Lookup(string Set, Register Source = default, Register? Destination = null, bool IsInverted = false) : Expression
{
    internal const string KernelName = "lookup";

    private const ushort SetPart = 1, SourcePart = 2, DestinationPart = 3, FlagsPart = 5; // NFTA_LOOKUP_*
    private const uint Inverted = 1; // NFT_LOOKUP_F_INV

    internal override string Name => KernelName;

    public static Lookup In(Set set) => new(set.Name);

    public static Lookup NotIn(Set set) => new(set.Name, IsInverted: true);

    /// <summary>A map's value, into a register.</summary>
    public static Lookup Map(Set map, Register destination = default) => new(map.Name, Destination: destination);

    /// <summary>Does what a verdict map says, if it says anything.</summary>
    public static Lookup Verdict(Set map) => new(map.Name, Destination: Register.Verdict);

    internal override void EncodeBody(NetlinkWriter message)
    {
        message.PutBigEndian(SourcePart, Source.Number);
        message.Put(SetPart, Set);
        if (Destination is { } destination)
            message.PutBigEndian(DestinationPart, destination.Number);

        if (IsInverted)
            message.PutBigEndian(FlagsPart, Inverted);
    }

    internal static Lookup DecodeBody(AttributeReader body)
    {
        var lookup = new Lookup("");
        while (body.Next())
        {
            lookup = body.Type switch
            {
                SetPart => lookup with { Set = body.ReadString() },
                SourcePart => lookup with { Source = Register.FromNumber(body.ReadUInt32BigEndian()) },
                DestinationPart => lookup with { Destination = Register.FromNumber(body.ReadUInt32BigEndian()) },
                FlagsPart => lookup with { IsInverted = (body.ReadUInt32BigEndian() & Inverted) != 0 },
                _ => lookup,
            };
        }

        return lookup;
    }

    public override string ToString() => $"{(Destination is { } destination ? $"{destination}=" : "")}{Source} {(IsInverted ? "not in" : "in")} @{Set}";
}
