namespace Calico.Datastore.Sqlite;

public sealed record SqliteOptions
{
    /// <summary>The database; beside it live <c>-wal</c>, <c>-shm</c> and <c>-changed</c>. Folder and file are made if missing.</summary>
    public required string Path { get; init; }

    /// <summary>Kept with each change: who made it, such as <c>calico-node@vms100</c>.</summary>
    public string Author { get; init; } = "";

    /// <summary>How long a call waits for other processes.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How many commits back the history goes; a watch can start no earlier.</summary>
    public int KeptRevisions { get; init; } = 10_000;

    /// <summary>How often a watch looks for changes that no notice announced, such as those of another program.</summary>
    public TimeSpan SafetyPoll { get; init; } = TimeSpan.FromSeconds(1);
}
