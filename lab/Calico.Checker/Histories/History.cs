namespace Calico.Checker.Histories;

/// <summary>What clients did to a store and saw of it, and what it held in the end. Times are ticks of the computer's monotonic clock.</summary>
public sealed record History
{
    public IReadOnlyList<Commit> Commits { get; init; } = [];

    public IReadOnlyList<Reading> Readings { get; init; } = [];

    public IReadOnlyList<Allocation> Allocations { get; init; } = [];

    public IReadOnlyList<Release> Releases { get; init; } = [];

    public IReadOnlyList<Watch> Watches { get; init; } = [];

    /// <summary>What the store held of the checked keys in the end.</summary>
    public IReadOnlyList<KeyVersion> Final { get; init; } = [];

    /// <summary>Who had which address in the end, by the store's books.</summary>
    public IReadOnlyDictionary<string, string> Books { get; init; } = new Dictionary<string, string>();

    /// <summary>Where the books contradict themselves, in words.</summary>
    public IReadOnlyList<string> BookFaults { get; init; } = [];
}

/// <summary>A value of a key as of a revision; null: the key was deleted.</summary>
public sealed record KeyVersion(string Key, string? Value, long Revision);

/// <summary>How an operation ended.</summary>
public enum Ending
{
    /// <summary>No answer is known: it took place or it did not, now or later.</summary>
    Unknown,
    Done,

    /// <summary>The store said that it did not take place.</summary>
    Refused,
}

/// <summary>A part of a compare-and-swap: the key must be at the expected revision (0: absent). Every value is written once only; null deletes.</summary>
public sealed record Write(string Key, string? Value, long Expected);

public sealed record Commit(long Began, long Ended, Ending Ending, IReadOnlyList<Write> Writes, long Revision);

/// <summary>A read that was answered; with revision 0 there was no such key.</summary>
public sealed record Reading(long Began, long Ended, KeyVersion Found);

public sealed record Allocation(long Began, long Ended, Ending Ending, string Handle, IReadOnlyList<string> Addresses);

public sealed record Release(long Began, long Ended, Ending Ending, string Handle);

/// <summary>What one watcher was told, across all its restarts, after a revision.</summary>
/// <param name="Name">Whose.</param>
/// <param name="After">Where it began.</param>
/// <param name="Events">In the order it was told.</param>
/// <param name="Problems">What it met that no watcher should.</param>
public sealed record Watch(string Name, long After, IReadOnlyList<KeyVersion> Events, IReadOnlyList<string> Problems);
