namespace Calico.Datastore.Syncing;

public sealed record SyncerOptions
{
    /// <summary>How often everything is listed and compared even though nothing seems lost; each round varies by a fifth either way.</summary>
    public TimeSpan CompareEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The wait before the first new attempt when the store is away; doubles up to <see cref="MaxRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>When the store is back, the hosts' listings are spread over so much time for each host there is.</summary>
    public TimeSpan SpreadPerHost { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Most changes in one batch.</summary>
    public int BatchSize { get; init; } = 1000;
}
