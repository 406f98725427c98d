using Calico.Plugins.Docker.Api;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Docker;

/// <summary>The scope to answer with: as set, else as the asking dockerd was started, else as its API says, else local.</summary>
/// <remarks>
/// Local is the safe guess: an engine with a cluster store takes it (its networks then are shared by us), one without takes
/// nothing else. No answer takes longer than <see cref="ApiTime"/>, for dockerd waits for it.
/// </remarks>
internal sealed partial class ScopeSource(DriverScope? setting, DockerApi docker, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan ApiTime = TimeSpan.FromMilliseconds(500);

    /// <param name="peer">The process that asks.</param>
    /// <param name="cancellation">Ends the asking.</param>
    public async Task<DriverScope> AnswerAsync(PeerProcess? peer, CancellationToken cancellation)
    {
        if (setting is { } set)
            return Because(set, ScopeDecision.Variable);
        if (peer is { } asking && ScopeDecision.OfCommandLine(asking.CommandLine(), asking.ReadFile) is { } started)
            return Because(started, $"how dockerd (process {asking.Pid}) was started");

        using var limit = new CancellationTokenSource(ApiTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return Because(await OfEngineAsync(either.Token), "the engine's API");
        }
        catch (Exception e) when (e is DockerApiException or OperationCanceledException)
        {
            return Because(DriverScope.Local, $"nothing better: {e.Message}; set {ScopeDecision.Variable} if that is wrong");
        }
    }

    /// <summary>As set, else as the engine's API says.</summary>
    public async Task<DriverScope> OfEngineAsync(CancellationToken cancellation) =>
        setting ?? ScopeDecision.OfClusterStore((await docker.FactsAsync(cancellation)).ClusterStore);

    private DriverScope Because(DriverScope scope, string reason)
    {
        Decided(scope, reason);
        return scope;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Docker networks have scope {Scope}, by {Reason}")]
    private partial void Decided(DriverScope scope, string reason);
}
