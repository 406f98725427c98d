using Calico.Datastore;
using Calico.Datastore.Configuration;
using Calico.Model.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Checker.Workers;

/// <summary>What a worker process is told.</summary>
internal sealed record WorkerOptions
{
    /// <summary>All that is checked stands under it.</summary>
    public const string Root = "/calico/checker/";

    /// <summary>Written last of all: watchers end when they are told of it.</summary>
    public const string End = Root + "~end";

    /// <summary>Of etcd; empty: the embedded store.</summary>
    public IReadOnlyList<string> Endpoints { get; init; } = [];

    /// <summary>Of the embedded store.</summary>
    public string Path { get; init; } = "";

    /// <summary>Where all workers write; a client stops when there is a file <c>stop</c>.</summary>
    public required string Folder { get; init; }

    public required string Name { get; init; }

    /// <summary>Where a watcher begins.</summary>
    public long After { get; init; }

    /// <summary>Between two operations of a client, at most.</summary>
    public int PauseMilliseconds { get; init; } = 10;

    public string Output => System.IO.Path.Combine(Folder, $"{Name}.jsonl");

    public bool IsStopped => File.Exists(System.IO.Path.Combine(Folder, "stop"));

    public IStore Open() => Stores.Open(
        Endpoints.Count > 0
            ? new() { Etcd = new() { Endpoints = Endpoints.Select(endpoint => new Uri(endpoint)).ToValueList() } }
            : new() { Path = Path },
        Name,
        TimeProvider.System,
        NullLogger.Instance);
}
