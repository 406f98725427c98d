namespace Calico.Ctl.NodeProcess;

/// <summary>The calico-node that is a process of this host.</summary>
/// <param name="process">The process.</param>
/// <param name="log">Its log.</param>
/// <param name="logStart">The log's length before it was started.</param>
internal sealed class StartedProcess(DetachedProcess process, string log, long logStart) : IStartedNode
{
    public string Name => $"process {process.Id}";

    public string Log => log;

    public Task<string?> EndingAsync(CancellationToken cancellation) => Task.FromResult(process.HasEnded(out var how) ? how : null);

    public Task<string> LastWordsAsync(CancellationToken cancellation) => Task.FromResult(LogTail.OfFile(log, logStart));

    public Task ClearAsync(CancellationToken cancellation) => Task.CompletedTask;
}
