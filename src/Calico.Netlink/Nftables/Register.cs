namespace Calico.Netlink.Nftables;

/// <summary>A place for values between expressions: one of sixteen slots of four bytes. A longer value reaches into the slots that follow.</summary>
/// <param name="Slot">From 0 to 15. A concatenated key is loaded part by part into neighbouring slots.</param>
public readonly record struct Register(int Slot)
{
    private const uint VerdictNumber = 0, WideFirst = 1, NarrowFirst = 8; // NFT_REG_VERDICT, NFT_REG_1, NFT_REG32_00
    private const int SlotsInWide = 4;

    /// <summary>Where a verdict goes: a lookup into it does what the map says.</summary>
    public static readonly Register Verdict = new(-1);

    /// <summary>The kernel names a slot that starts sixteen bytes by its older, wide name, and so do we.</summary>
    internal uint Number => Slot switch
    {
        < 0 => VerdictNumber,
        _ when Slot % SlotsInWide == 0 => WideFirst + (uint)(Slot / SlotsInWide),
        _ => NarrowFirst + (uint)Slot,
    };

    internal static Register FromNumber(uint number) => number switch
    {
        VerdictNumber => Verdict,
        < NarrowFirst => new Register((int)(number - WideFirst) * SlotsInWide),
        _ => new Register((int)(number - NarrowFirst)),
    };

    internal Register After(int bytes) => new(Slot + NftValue.Padded(bytes) / 4);

    public override string ToString() => Slot < 0 ? "verdict" : $"r{Slot}";
}
