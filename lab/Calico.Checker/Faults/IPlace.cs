namespace Calico.Checker.Faults;

/// <summary>Where the store is, and what can go wrong with it besides its clients.</summary>
internal interface IPlace : IAsyncDisposable
{
    /// <summary>Of etcd; empty: the embedded store.</summary>
    IReadOnlyList<string> Endpoints { get; }

    /// <summary>Of the embedded store.</summary>
    string Path { get; }

    /// <summary>The network namespace of the clients; null: this process's own.</summary>
    string? ClientSpace { get; }

    /// <summary>Breaks something, waits, and mends it; nothing where nothing can break.</summary>
    /// <returns>What was broken, in words.</returns>
    Task<string?> BreakAsync(Random random, CancellationToken cancel);

    /// <summary>Everything is as it should be.</summary>
    Task MendAsync();
}

/// <summary>One file, which all processes share; it breaks only by its clients.</summary>
internal sealed class FilePlace(string folder) : IPlace
{
    public IReadOnlyList<string> Endpoints => [];

    public string Path => System.IO.Path.Combine(folder, "calico.db");

    public string? ClientSpace => null;

    public Task<string?> BreakAsync(Random random, CancellationToken cancel) => Task.FromResult<string?>(null);

    public Task MendAsync() => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
