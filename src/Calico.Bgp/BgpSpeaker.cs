using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Calico.Bgp;

/// <summary>A BGP speaker: sessions with configured peers, the routes learned from them, and our own announced to them.</summary>
public sealed partial class BgpSpeaker(SpeakerOptions options, TimeProvider time, ILogger<BgpSpeaker> log)
{
    private readonly Channel<RouteChange> _routes = Channel.CreateBounded<RouteChange>(1024);

    /// <summary>Every change of the best route to a prefix, from an empty table on. Routes of our own are not among them.</summary>
    public ChannelReader<RouteChange> Routes => _routes.Reader;

    /// <summary>How it stands with each peer; a snapshot that never waits for the speaker's work.</summary>
    public IReadOnlyList<PeerSnapshot> Peers { get; private set; } = [];

    /// <summary>Completes when all configured peers have told their routes or are known not to come soon: from then on routes of an earlier run that were not learned again may go.</summary>
    public Task RestartCompleted { get; } = Task.CompletedTask;

    /// <summary>Asks for a new configuration; returns at once. May be called at any time, also before <see cref="RunAsync"/>.</summary>
    /// <exception cref="ArgumentException">The configuration contradicts itself; the one before stays in force.</exception>
    public void Configure(SpeakerConfiguration configuration) => Noted(log, configuration.Peers.Count, options.RestartTime);

    /// <summary>Runs until <see cref="StopAsync"/>, or until cancelled, which is the same as <c>StopAsync(keepRoutes: true)</c>.</summary>
    public Task RunAsync(CancellationToken cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);

    /// <summary>Ends all sessions. With <paramref name="keepRoutes"/> peers keep our routes for the restart time (RFC 4724), else they drop them at once.</summary>
    public Task StopAsync(bool keepRoutes) => keepRoutes ? RestartCompleted : Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Debug, Message = "Configuration with {Peers} peers; restart time {RestartTime}")]
    private static partial void Noted(ILogger log, int peers, TimeSpan restartTime);
}
