using System.Collections.Immutable;
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
using RouteChange = Calico.Bgp.RouteChange;

namespace Calico.Node.Bgp;

/// <summary>Runs the BGP speaker from the first state on, hands it each new one, and passes its routes on to the dataplane.</summary>
internal sealed class SpeakerLoop(
    Latest<Calculation> calculations, HostDataplane dataplane, RouteSocket kernel, NodeLife life) : BackgroundService
{
    private readonly Dictionary<IPNetwork, LearnedRoute> _learned = [];
    private BgpSpeaker? _speaker;
    private SpeakerWishes? _wishes;

    /// <summary>Null where the node runs no BGP, or not yet.</summary>
    public BgpSpeaker? Speaker => _speaker;

    /// <summary>How it stands with each peer, with what kind of peering it is.</summary>
    public IReadOnlyList<(PeerSnapshot Session, BgpPeeringType Type)> Peers =>
        [.. (_speaker?.Peers ?? []).Select(peer => (peer, _wishes?.State?.Peers.GetValueOrDefault(peer.Name)?.Type ?? BgpPeeringType.Global))];

    /// <summary>What the speaker goes by, and since when; null where the node runs no BGP, or not yet.</summary>
    public (BgpState State, DateTimeOffset Since)? Configured => _wishes is { State: { } state, TakenAt: { } since } ? (state, since) : null;

    /// <summary>How many prefixes there is a learned route to, as of the last batch.</summary>
    public int LearnedCount { get; private set; }

    public IReadOnlyList<string> Problems => _wishes?.Problems ?? [];

    /// <summary>Hears of each change of a route, in the loop that passes it on.</summary>
    public event EventHandler<RouteChangedEventArgs>? RouteChanged;

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
            new SpeakerOptions { Restarting = restarting, ForwardingPreserved = restarting, NextHopInterface = new WaysOut(kernel, life.Time).InterfaceTo }, life.Time, life.Log<BgpSpeaker>());
        var wishes = new SpeakerWishes(speaker, new PasswordFiles(life.Options.SecretsFolder), life);

        // It runs from its first configuration on: before that it would refuse peers that are ours.
        wishes.Configure(await FirstAsync(stoppingToken));
        (_speaker, _wishes) = (speaker, wishes);
        await Task.WhenAll(
            speaker.RunAsync(stoppingToken), wishes.WatchPasswordsAsync(stoppingToken), PassOnAsync(speaker, wishes, stoppingToken));
    }

    private async Task<Calculation> FirstAsync(CancellationToken cancellation) =>
        await calculations.ReadAsync(cancellation).FirstAsync(calculation => calculation.Bgp is not null, cancellation);

    /// <summary>One owner of what is learned: changes as they come, the ways to peers, and once the word that the restart is over.</summary>
    private async Task PassOnAsync(BgpSpeaker speaker, SpeakerWishes wishes, CancellationToken cancellation)
    {
        var state = calculations.OtherThanAsync(seen: null, cancellation);
        var more = speaker.Routes.WaitToReadAsync(cancellation).AsTask();
        var restart = speaker.RestartCompleted;
        var told = default(bool?); // whether the restart was said to be over; null: nothing was said
        while (true)
        {
            await Task.WhenAny(more, restart, state).WaitAsync(cancellation);
            if (more.IsCompleted && !await more)
                return;

            var isComplete = speaker.RestartCompleted.IsCompleted; // asked first: only what was learned before it is sure to be readable now
            var isNews = told != isComplete;
            while (speaker.Routes.TryRead(out var change))
            {
                Learn(change);
                isNews = true;
            }

            var ways = wishes.WaysToPeers;
            if (state.IsCompleted)
            {
                var calculation = await state;
                wishes.Configure(calculation);
                state = calculations.OtherThanAsync(calculation, cancellation);
            }

            LearnedCount = _learned.Count;
            if (isNews || !ReferenceEquals(ways, wishes.WaysToPeers)) // most states are news to the speaker in nothing
                dataplane.WantLearned(With(wishes.WaysToPeers), isComplete);
            told = isComplete;
            if (more.IsCompleted)
                more = speaker.Routes.WaitToReadAsync(cancellation).AsTask();
            if (isComplete)
                restart = Task.Delay(Timeout.InfiniteTimeSpan, life.Time, cancellation);
        }
    }

    private Dictionary<IPNetwork, LearnedRoute> With(ImmutableDictionary<IPNetwork, LearnedRoute> waysToPeers)
    {
        var all = _learned.ToDictionary();
        foreach (var (prefix, route) in waysToPeers)
            all[prefix] = route;
        return all;
    }

    private void Learn(RouteChange change)
    {
        if (change.Route is { } route)
            _learned[change.Prefix] = new LearnedRoute(route.NextHops.ToValueList());
        else
            _learned.Remove(change.Prefix);
        RouteChanged?.Invoke(this, new(change));
    }
}
