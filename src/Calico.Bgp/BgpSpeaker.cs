using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Calico.Bgp.Attributes;
using Calico.Bgp.Bfd;
using Calico.Bgp.Messages;
using Calico.Bgp.Network;
using Calico.Bgp.Peers;
using Calico.Bgp.Routes;
using Calico.Bgp.Session;
using Calico.Bgp.Values;
using Microsoft.Extensions.Logging;

namespace Calico.Bgp;

/// <summary>A BGP speaker: sessions with configured peers, the routes learned from them, and our own announced to them.</summary>
/// <remarks>One loop owns all state and does all work; sockets, timers and the user put messages into its channel.</remarks>
public sealed partial class BgpSpeaker
{
    /// <summary>So many inputs are taken before what they changed is decided on and sent.</summary>
    private const int Round = 256;

    /// <summary>Or until so many prefixes wait for a decision: what was learned is then still in the processor's caches.</summary>
    private const int MostUndecided = 2048;

    /// <summary>So many decisions take longer than it takes to wake another thread.</summary>
    private const int MuchWork = 64;

    /// <summary>For so long nothing was decided: what is no longer needed is cleared up.</summary>
    private static readonly TimeSpan SweepAfter = TimeSpan.FromMilliseconds(50);

    /// <summary>Entries at a time, which take a fraction of a millisecond: news may come meanwhile.</summary>
    private const int SweepRound = 4096;

    /// <summary>No more than these are kept in the midst of changes that do not end.</summary>
    private const int MostUnused = 1 << 18;

    private readonly SpeakerCore _core;
    private readonly RestartWatch _restart;
    private readonly RouteFeed _feed;
    private readonly Burst _burst;
    private readonly Deadline _sweep;
    private readonly Dictionary<IPEndPoint, (Listener Listener, CancellationTokenSource End)> _listeners = [];
    private readonly DynamicPeers _dynamic;
    private readonly BfdSpeaker _bfd;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _halted;
    private bool _willSweep;
    private volatile ImmutableDictionary<string, Peer> _peers = ImmutableDictionary<string, Peer>.Empty;
    private Peer[] _all = []; // the same, for the loop to run through

    public BgpSpeaker(SpeakerOptions options, TimeProvider time, ILogger<BgpSpeaker> log)
    {
        _core = new SpeakerCore(options, time, log);
        _restart = new RestartWatch(_core);
        _bfd = new BfdSpeaker(options, time, log, (name, reason) => _core.Post(new SpeakerInput.BfdDown(name, reason)));
        _dynamic = new DynamicPeers(_core, () => Reconfigure(_core.Configuration ?? throw new InvalidOperationException("a dynamic peer exists only in a configuration")));
        _feed = new RouteFeed(_core.Rib) { IsWanted = options.ReportsRoutes };
        _burst = new Burst(_core, _feed.Publish);
        _sweep = _core.NewDeadline(Sweep);
    }

    /// <summary>Every change of the best route to a prefix, from an empty table on. Routes of our own are not among them. Completes when the speaker has ended.</summary>
    public ChannelReader<RouteChange> Routes => _feed;

    /// <summary>How it stands with each peer; a snapshot that never waits for the speaker's work.</summary>
    public IReadOnlyList<PeerSnapshot> Peers =>
        [.. _peers.Values.Select(peer => peer.Snapshot with { Bfd = BfdOf(peer) }).OrderBy(peer => peer.Name, StringComparer.Ordinal)];

    /// <summary>
    /// Completes when all peers of the first configuration have told their routes, or need not be waited for any longer:
    /// from then on routes of an earlier run that were not learned again may be removed. All routes learned by then can be read from
    /// <see cref="Routes"/> without waiting.
    /// </summary>
    public Task RestartCompleted => _restart.Completed;

    /// <summary>Asks for a new configuration; returns at once. May be called at any time, also before <see cref="RunAsync"/>.</summary>
    /// <exception cref="ArgumentException">The configuration contradicts itself; the one before stays in force.</exception>
    public void Configure(SpeakerConfiguration configuration)
    {
        ConfigurationChange.Check(configuration);
        _core.Post(new SpeakerInput.Reconfigure(configuration));
    }

    /// <summary>To be called when <see cref="SpeakerOptions.NextHopMetric"/> gives other answers than before: all choices are made anew.</summary>
    public void NextHopsChanged() => _core.Post(new SpeakerInput.Ask(_core.Rib.NoteAll));

    /// <summary>Paths as they stand when the speaker's loop comes to it; nothing of it changes later.</summary>
    /// <returns>None if the speaker has ended, or if a peer is named that there is not.</returns>
    public Task<IReadOnlyList<PathView>> ListAsync(RouteQuery query, CancellationToken cancellation) =>
        AskAsync(() => new RouteListing(_core, query).List(_peers.Values), [], cancellation);

    /// <summary>How much it holds.</summary>
    public Task<SpeakerTotals> CountAsync(CancellationToken cancellation) =>
        AskAsync(() => new SpeakerTotals(_core.Rib.Count, _core.Rib.Numbers.Sum(number => _core.Rib[number].PathCount), _core.Rib.SetCount), new(0, 0, 0), cancellation);

    /// <summary>Has the loop answer, or gives <paramref name="otherwise"/> once it has ended.</summary>
    private Task<T> AskAsync<T>(Func<T> question, T otherwise, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = _ended.Task.ContinueWith(_ => answer.TrySetResult(otherwise), TaskScheduler.Default);
        _core.Post(new SpeakerInput.Ask(() => answer.TrySetResult(question())));
        return answer.Task.WaitAsync(cancellation);
    }

    /// <summary>Runs until <see cref="StopAsync"/>, or until cancelled, which is the same as <c>StopAsync(keepRoutes: true)</c>. Once only.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        _core.AwaitAtEnd(_bfd.RunAsync());
        await using var cancelled = cancellation.Register(() => _core.Post(new SpeakerInput.Halt(KeepRoutes: true)));
        try
        {
            while (true)
            {
                await _core.Inputs.WaitAsync();
                for (var taken = 0; taken < Round && !_halted && _core.Rib.Undecided < MostUndecided && _core.Inputs.TryTake(out var input); taken++)
                    Handle(input);
                if (_halted)
                    break; // that sessions end now is no news of routes
                var isMuch = _core.Rib.Undecided >= MuchWork;
                Propagate();
                SweepLater();
                if (isMuch)
                    await Task.Yield(); // not on a thread that has sockets to look after
            }
        }
        finally
        {
            _burst.Stop();
            _sweep.Dispose();
            await CloseAllAsync();
            _feed.Complete();
            _ended.TrySetResult();
        }
    }

    /// <summary>Ends all sessions. With <paramref name="keepRoutes"/> peers keep our routes for the restart time (RFC 4724), else they drop them at once. Completes when <see cref="RunAsync"/> has ended.</summary>
    public Task StopAsync(bool keepRoutes)
    {
        _core.Post(new SpeakerInput.Halt(keepRoutes));
        return _ended.Task;
    }

    private void Handle(SpeakerInput input)
    {
        switch (input)
        {
            case SpeakerInput.Reconfigure reconfigure: Reconfigure(reconfigure.Configuration); break;
            case SpeakerInput.Halt halt: Halt(halt.KeepRoutes); break;
            case SpeakerInput.Look look: look.Deadline.Check(); break;
            case SpeakerInput.News news: news.Peer.Handle(news.What); break;
            case SpeakerInput.Dialed dialed: dialed.Peer.Handle(dialed); break;
            case SpeakerInput.Accepted accepted: Accept(accepted.Socket); break;
            case SpeakerInput.Ask ask: ask.Answer(); break;
            case SpeakerInput.BfdDown down: OnBfdDown(down); break;
        }
    }

    /// <summary>Decides on what has changed, and tells the user and the peers.</summary>
    private void Propagate()
    {
        var changed = _core.Rib.Decide();
        if (_core.Rib.Touched.Count > 0)
        {
            _feed.Offer(changed);
            _burst.Note(changed.Count);
            foreach (var peer in _all)
                peer.Note(changed, _core.Rib.Touched);
        }

        if (_restart.IsSettled)
            _burst.End(); // what was learned by then can be read
        _restart.CompleteIfSettled();
        foreach (var peer in _all)
            peer.Flush();
    }

    private void SweepLater()
    {
        var rib = _core.Rib;
        if (rib.Unused > MostUnused)
            rib.Sweep(MostUnused);
        if (rib.Unused == 0 || (_willSweep && rib.Touched.Count == 0))
            return;

        _sweep.Restart(SweepAfter);
        _willSweep = true;
    }

    private void Sweep()
    {
        _core.Rib.Sweep(SweepRound);
        _willSweep = _core.Rib.Unused > 0;
        _sweep.Restart(_willSweep ? TimeSpan.FromMilliseconds(1) : TimeSpan.Zero);
    }

    private void Reconfigure(SpeakerConfiguration asked)
    {
        _dynamic.Forget(_peers.Values);
        var configuration = _dynamic.Expand(asked);
        var change = ConfigurationChange.Between(_core.Configuration, configuration);
        foreach (var peer in change.Removed)
            Remove(peer.Name, CeaseReason.PeerDeconfigured);
        foreach (var peer in change.Reset)
            Remove(peer.Name, CeaseReason.OtherConfigurationChange);

        _core.Configuration = configuration;
        foreach (var peer in change.Adjusted)
            _peers[peer.Name].Reconfigure(peer);
        foreach (var peer in change.Adjusted.IsEmpty ? [] : _peers.Values)
            peer.NoteAll();
        foreach (var added in change.Added.Concat(change.Reset))
        {
            var peer = new Peer(_core, _restart, added, _dynamic.Contains(added.Address));
            _peers = _peers.Add(added.Name, peer);
            _restart.Await(peer);
            peer.Start();
        }

        _all = [.. _peers.Values];
        foreach (var prefix in change.Withdrawn)
            _core.Rib.Remove(new Prefix(prefix), RouteSource.Local);
        foreach (var prefix in change.Announced)
            _core.Rib.Put(new Prefix(prefix), OwnPath(prefix, configuration.OriginCommunities));
        Listen(configuration.Listen, configuration);
        _bfd.Want([.. configuration.Peers.Where(peer => peer.Shutdown is null).SelectMany(BfdTarget.Of)]);
        _core.Stations.Want(configuration.Stations);
        _restart.Begin();
        if (change.IsEmpty)
            return;

        Configured(_core.Log, change.Added.Length, change.Removed.Length, change.Reset.Length, change.Adjusted.Length, configuration.Originated.Count);
    }

    private static readonly PathAttributes Own = new() { Origin = Origin.Igp, NextHop = IPAddress.Any };

    private static RibPath OwnPath(IPNetwork network, ValueArray<OriginCommunities> rules)
    {
        var prefix = new Prefix(network);
        var matching = rules.Where(rule => new Prefix(rule.Within).Covers(prefix)).ToList();
        var attributes = matching.Count == 0 ? Own : Own with
        {
            Communities = matching.SelectMany(rule => rule.Communities).Distinct().ToValueArray(),
            LargeCommunities = matching.SelectMany(rule => rule.Large).Distinct().Select(large => new LargeCommunity(large.Global, large.Local1, large.Local2)).ToValueArray(),
        };
        return new(RouteSource.Local, attributes, attributes);
    }

    private void Remove(string name, CeaseReason reason)
    {
        var peer = _peers[name];
        _peers = _peers.Remove(name);
        peer.Stop(NotificationMessage.Cease(reason));
        peer.Dispose();
    }

    /// <param name="security">Who may connect; in force before anybody can. Null at the end.</param>
    private void Listen(ValueArray<IPEndPoint> addresses, SpeakerConfiguration? security)
    {
        foreach (var gone in _listeners.Keys.Except(addresses).ToList())
        {
            _listeners.Remove(gone, out var listening);
            listening.End.Cancel();
            listening.End.Dispose();
        }

        var fresh = addresses.Except(_listeners.Keys).ToList();
        foreach (var added in fresh)
            _listeners.Add(added, (new Listener(_core.Options, _core.Time, _core.Log), new CancellationTokenSource()));
        if (security is not null)
            Secure(security);
        foreach (var added in fresh)
        {
            var (listener, end) = _listeners[added];
            _core.AwaitAtEnd(listener.RunAsync(added, socket => _core.Post(new SpeakerInput.Accepted(socket)), end.Token));
        }
    }

    private void Secure(SpeakerConfiguration configuration)
    {
        var keys = new Dictionary<IPNetwork, string>();
        foreach (var range in configuration.Ranges.Reverse())
            keys.Become(range.Addresses, range.Peer.Password);
        foreach (var peer in configuration.Peers)
            keys.Become(new(peer.Address, peer.Address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128), peer.Password);
        foreach (var (address, (listener, _)) in _listeners)
        {
            listener.SetKeys(keys);
            listener.SetFarthestCaller(FarthestCaller(configuration, address.AddressFamily));
        }
    }

    /// <summary>Null if one of those that may connect may be anywhere.</summary>
    private static int? FarthestCaller(SpeakerConfiguration configuration, AddressFamily family)
    {
        var hops = configuration.Peers.Where(peer => peer.Address.AddressFamily == family).Select(peer => peer.TtlSecurity)
            .Concat(configuration.Ranges.Where(range => range.Addresses.BaseAddress.AddressFamily == family).Select(range => range.Peer.TtlSecurity))
            .ToList();
        return hops.Contains(null) ? null : hops.Max();
    }

    private string? BfdOf(Peer peer) =>
        peer.Configuration.Bfd is null ? null : $"{_bfd.States.GetValueOrDefault(peer.Configuration.Name, BfdState.Down)}";

    private void OnBfdDown(SpeakerInput.BfdDown down)
    {
        if (_peers.TryGetValue(down.Peer, out var peer) && peer.Snapshot.State == SessionState.Established)
            peer.Break(NotificationMessage.Cease(CeaseReason.BfdDown), down.Reason, peer.Configuration.ConnectRetry);
    }

    /// <summary>Only configured peers are talked to.</summary>
    private void Accept(Socket socket)
    {
        var address = Remote(socket);
        var peer = PeerAt(address);
        if (peer is null && address is not null && _dynamic.Admit(address))
        {
            Reconfigure(_core.Configuration ?? throw new InvalidOperationException("a range exists only in a configuration"));
            peer = PeerAt(address);
        }

        if (peer is null)
        {
            Stranger(_core.Log, address);
            socket.Dispose();
            return;
        }

        peer.Accept(socket);
    }

    private Peer? PeerAt(IPAddress? address) => _peers.Values.FirstOrDefault(peer => peer.Configuration.Address.Equals(address));

    /// <summary>Null if the connection has ended already.</summary>
    private static IPAddress? Remote(Socket socket)
    {
        try
        {
            return (socket.RemoteEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private void Halt(bool keepRoutes)
    {
        Halting(_core.Log, keepRoutes);
        foreach (var peer in _peers.Values)
            peer.Stop(keepRoutes ? null : NotificationMessage.Cease(CeaseReason.AdministrativeShutdown));
        _halted = true;
    }

    private async Task CloseAllAsync()
    {
        Listen([], security: null);
        _dynamic.End();
        _bfd.End();
        foreach (var peer in _peers.Values)
            peer.Dispose();
        _core.Stations.Want([]);
        _core.EndInputs();
        await _core.WhenEnded();
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "BGP configured: {Added} peers added, {Removed} removed, {Reset} reset, {Adjusted} adjusted; {Originated} prefixes originated")]
    private static partial void Configured(ILogger log, int added, int removed, int reset, int adjusted, int originated);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Refused a BGP connection from {Address}, which is no configured peer")]
    private static partial void Stranger(ILogger log, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Information, Message = "BGP stops; peers keep our routes: {KeepRoutes}")]
    private static partial void Halting(ILogger log, bool keepRoutes);
}
