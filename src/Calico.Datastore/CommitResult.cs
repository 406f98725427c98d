namespace Calico.Datastore;

/// <summary>How a commit ended.</summary>
public abstract record CommitResult
{
    private CommitResult()
    {
    }

    /// <param name="Revision">The store's new revision, and that of every key the commit put.</param>
    public sealed record Committed(long Revision) : CommitResult;

    /// <param name="Key">A key whose expectation was not met.</param>
    /// <param name="Actual">What it holds; null if it does not exist.</param>
    public sealed record Conflict(string Key, StoredValue? Actual) : CommitResult;
}
