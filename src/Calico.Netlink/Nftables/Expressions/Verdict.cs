using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables.Expressions;

/// <summary>What becomes of the packet: the end of a rule, or what an element of a verdict map says.</summary>
public sealed record Verdict : Expression
{
    private Verdict(VerdictCode code, string? chain = null) => (Code, Chain) = (code, chain);

    /// <summary>Ends this base chain; those behind it at the same hook still see the packet.</summary>
    public static Verdict Accept { get; } = new(VerdictCode.Accept);

    /// <summary>Ends everything.</summary>
    public static Verdict Drop { get; } = new(VerdictCode.Drop);

    /// <summary>Goes on with the next rule.</summary>
    public static Verdict Continue { get; } = new(VerdictCode.Continue);

    /// <summary>Back to where this chain was jumped from; in a base chain, its policy.</summary>
    public static Verdict Return { get; } = new(VerdictCode.Return);

    public VerdictCode Code { get; }

    /// <summary>Of a jump or goto.</summary>
    public string? Chain { get; }

    internal override string Name => Immediate.KernelName;

    /// <summary>Works a chain off and comes back.</summary>
    public static Verdict Jump(string chain) => new(VerdictCode.Jump, chain);

    /// <summary>Works a chain off and does not come back here.</summary>
    public static Verdict Goto(string chain) => new(VerdictCode.Goto, chain);

    internal static Verdict Of(VerdictCode code, string? chain) => new(code, chain);

    internal override void EncodeBody(NetlinkWriter message) => Immediate.EncodeVerdict(message, this);

    public override string ToString() => Chain is null ? Code.ToString().ToLowerInvariant() : $"{Code.ToString().ToLowerInvariant()} {Chain}";
}

/// <summary>NF_DROP, NF_ACCEPT, and NFT_* which are negative.</summary>
public enum VerdictCode
{
    Drop = 0,
    Accept = 1,
    Continue = -1,
    Break = -2,
    Jump = -3,
    Goto = -4,
    Return = -5,
}
