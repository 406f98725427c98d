using Calico.Ctl;
using Calico.Ctl.Commands;
using Calico.Datastore;
using Calico.Datastore.Memory;

namespace Calico.Tests.Ctl;

/// <summary>calicoctl as a user runs it, over a store in memory that the next command finds as the last one left it.</summary>
internal sealed class CommandLine
{
    public MemoryStore Store { get; } = new();

    /// <summary>The store of the commands, if it is to be another than that in memory.</summary>
    public IStore? Another { get; init; }

    public string? Configuration { get; private set; }

    /// <summary>Of the calico-node that commands ask; by default one that is not there.</summary>
    public string NodeSocket { get; init; } = "/nonexistent/node.sock";

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <param name="input">Standard input.</param>
    /// <param name="arguments">Separated by single blanks.</param>
    public async Task<Answer> RunAsync(string arguments, string input = "")
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(output, error, new StringReader(input), Time) { Node = new(NodeSocket) };
        var root = CommandTree.Build(terminal, (configuration, _) =>
        {
            Configuration = configuration;
            return new Kept(Another ?? Store);
        });
        var parsed = root.Parse(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var status = await parsed.InvokeAsync(new() { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return new(status, output.ToString(), error.ToString());
    }

    /// <summary>A warning is no failure; what it says is a test's of its own.</summary>
    public async Task<string> SucceedAsync(string arguments, string input = "")
    {
        var answer = await RunAsync(arguments, input);
        Assert.DoesNotContain(answer.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => !line.StartsWith("Warning: ", StringComparison.Ordinal));
        Assert.Equal(0, answer.Status);
        return answer.Output;
    }

    public async Task<string> FailAsync(string arguments, string input = "", int status = 1)
    {
        var answer = await RunAsync(arguments, input);
        Assert.Equal(status, answer.Status);
        return answer.Error;
    }

    internal sealed record Answer(int Status, string Output, string Error);

    /// <summary>The store, open after the command that closes it.</summary>
    private sealed class Kept(IStore store) : IStore
    {
        public string Description => store.Description;

        public Task<StoredValue?> GetAsync(string key, CancellationToken cancellation) => store.GetAsync(key, cancellation);

        public Task<Listing> ListAsync(string prefix, CancellationToken cancellation) => store.ListAsync(prefix, cancellation);

        public Task<Listing> ListAtAsync(string prefix, long revision, CancellationToken cancellation) => store.ListAtAsync(prefix, revision, cancellation);

        public Task<IReadOnlyList<string>> ListKeysAsync(string prefix, CancellationToken cancellation) => store.ListKeysAsync(prefix, cancellation);

        public Task<CommitResult> CommitAsync(IReadOnlyList<StoreWrite> writes, CancellationToken cancellation) => store.CommitAsync(writes, cancellation);

        public IAsyncEnumerable<StoreEvent> WatchAsync(string prefix, long afterRevision, CancellationToken cancellation) =>
            store.WatchAsync(prefix, afterRevision, cancellation);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
