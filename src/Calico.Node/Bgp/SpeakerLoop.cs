using System.Net;
using Calico.Bgp;
using Calico.Calc;
using Calico.Dataplane;
using Calico.Model.Hosts;
using Calico.Model.Values;
using Calico.Netlink.Routing;
using Calico.Node.Startup;
using Calico.Node.Syncing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RouteChange = Calico.Bgp.RouteChange;

namespace Calico.Node.Bgp;

/// <summary>Runs the BGP speaker from the first state on, hands it each new one, and passes its routes on to the dataplane.</summary>
internal sealed partial class SpeakerLoop(
    Latest<Calculation> calculations, HostDataplane dataplane, RouteSocket kernel, NodeLife life) : BackgroundService
{
    private readonly ILogger _log = life.Log<SpeakerLoop>();
    private readonly Dictionary<IPNetwork, LearnedRoute> _learned = [];
    private BgpSpeaker? _speaker;
    private BgpState? _state;

    /// <summary>How it stands with each peer, with what kind of peering it is.</summary>
    public IReadOnlyList<(PeerSnapshot Session, BgpPeeringType Type)> Peers =>
        [.. (_speaker?.Peers ?? []).Select(peer => (peer, _state?.Peers.GetValueOrDefault(peer.Name)?.Type ?? BgpPeeringType.Global))];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!life.Options.Bgp)
        {
            dataplane.WantLearned(_learned, isRestartComplete: true);
            return;
        }

        // Routes of protocol 12 in the kernel are those of an earlier run: peers may go on sending us what these carry.
        var restarting = kernel.Routes.List(new RouteFilter { Protocol = RouteProtocols.Bird }).Count > 0;
        var speaker = new BgpSpeaker(
            new SpeakerOptions { Restarting = restarting, ForwardingPreserved = restarting }, life.Time, life.Log<BgpSpeaker>());
        _speaker = speaker;

        // It runs from its first configuration on: before that it would refuse peers that are ours.
        Configure(speaker, await FirstAsync(stoppingToken));
        await Task.WhenAll(speaker.RunAsync(stoppingToken), FollowAsync(speaker, stoppingToken), PassOnAsync(speaker, stoppingToken));
    }

    private async Task<Calculation> FirstAsync(CancellationToken cancellation) =>
        await calculations.ReadAsync(cancellation).FirstAsync(calculation => calculation.Bgp is not null, cancellation);

    private async Task FollowAsync(BgpSpeaker speaker, CancellationToken cancellation)
    {
        await foreach (var calculation in calculations.ReadAsync(cancellation))
            Configure(speaker, calculation);
    }

    private void Configure(BgpSpeaker speaker, Calculation calculation)
    {
        if (calculation.Bgp is not { } state)
            return;

        try
        {
            speaker.Configure(SpeakerPlan.Make(state, calculation.Host.Pools));
            _state = state;
        }
        catch (ArgumentException e)
        {
            Refused(_log, e.Message);
        }
    }

    /// <summary>One owner of what is learned: changes as they come, and once the word that the restart is over.</summary>
    private async Task PassOnAsync(BgpSpeaker speaker, CancellationToken cancellation)
    {
        var more = speaker.Routes.WaitToReadAsync(cancellation).AsTask();
        var restart = speaker.RestartCompleted;
        while (true)
        {
            await Task.WhenAny(more, restart).WaitAsync(cancellation);
            if (more.IsCompleted && !await more)
                return;

            var isComplete = speaker.RestartCompleted.IsCompleted; // asked first: only what was learned before it is sure to be readable now
            while (speaker.Routes.TryRead(out var change))
                Learn(change);
            dataplane.WantLearned(_learned.ToDictionary(), isComplete);
            if (more.IsCompleted)
                more = speaker.Routes.WaitToReadAsync(cancellation).AsTask();
            if (isComplete)
                restart = Task.Delay(Timeout.InfiniteTimeSpan, life.Time, cancellation);
        }
    }

    private void Learn(RouteChange change)
    {
        if (change.Route is { } route)
            _learned[change.Prefix] = new LearnedRoute(route.NextHops.ToValueList());
        else
            _learned.Remove(change.Prefix);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The BGP configuration contradicts itself; the one before stays in force: {Reason}")]
    private static partial void Refused(ILogger log, string reason);
}
