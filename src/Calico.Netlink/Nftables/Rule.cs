using Calico.Netlink.Nftables.Expressions;

namespace Calico.Netlink.Nftables;

/// <summary>A rule: expressions worked off left to right until one does not match or gives a verdict.</summary>
/// <remarks>The handle, which the kernel gives, and what counters have counted do not matter to equality: what is added and then listed is equal.</remarks>
public sealed record Rule
{
    public required Table Table { get; init; }

    public required string Chain { get; init; }

    public Sequence<Expression> Expressions { get; init; }

    /// <summary>At most 253 bytes; shown by nft, and by iptables in its own chains.</summary>
    public string? Comment { get; init; }

    /// <summary>The kernel's name for it, unique in its table; 0 before it is there.</summary>
    public ulong Handle { get; init; }

    public static Rule Create(Chain chain, ReadOnlySpan<Expression> expressions, string? comment = null) =>
        Create(chain.Table, chain.Name, expressions, comment);

    public static Rule Create(Table table, string chain, ReadOnlySpan<Expression> expressions, string? comment = null) =>
        new() { Table = table, Chain = chain, Expressions = Sequence.Create(expressions), Comment = comment };

    public bool Equals(Rule? other) =>
        other is not null && (Table, Chain, Comment) == (other.Table, other.Chain, other.Comment) && Expressions == other.Expressions;

    public override int GetHashCode() => HashCode.Combine(Table, Chain, Comment, Expressions);

    public override string ToString() => $"{Table} {Chain}{(Handle == 0 ? "" : $" handle {Handle}")} {Expressions}{(Comment is null ? "" : $" comment \"{Comment}\"")}";
}
