using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Calico.Bgp.Session;
using Microsoft.Extensions.Logging;

namespace Calico.Bgp.Bfd;

/// <summary>All BFD sessions of a speaker, in a loop of their own: however much BGP has to do, the peers hear of us in time.</summary>
/// <param name="down">A session that was up is not any more, and why; called from this loop.</param>
internal sealed partial class BfdSpeaker(SpeakerOptions options, TimeProvider time, ILogger log, Action<string, string> down)
{
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new() { SingleReader = true });
    private readonly Dictionary<string, BfdSession> _sessions = [];
    private readonly Dictionary<IPEndPoint, CancellationTokenSource> _listeners = [];
    private readonly List<Task> _ending = [];
    private volatile ImmutableDictionary<string, BfdState> _states = ImmutableDictionary<string, BfdState>.Empty;

    /// <summary>By the peer's name; from any thread.</summary>
    public IReadOnlyDictionary<string, BfdState> States => _states;

    /// <summary>Watches these and no others; a target with the same addresses as before keeps its session.</summary>
    public void Want(IReadOnlyList<BfdTarget> targets) => _work.Writer.TryWrite(() => Become(targets));

    /// <summary>Once, after the last call of <see cref="Want"/>: ends <see cref="RunAsync"/>.</summary>
    public void End()
    {
        Want([]);
        _work.Writer.TryComplete();
    }

    public async Task RunAsync()
    {
        await foreach (var work in _work.Reader.ReadAllAsync())
            work();
        await Task.WhenAll(_ending);
    }

    private void Become(IReadOnlyList<BfdTarget> targets)
    {
        var wanted = targets.ToDictionary(target => target.Name);
        foreach (var session in _sessions.Values.Where(session => !wanted.TryGetValue(session.Target.Name, out var target) || IsOther(session.Target, target)).ToList())
        {
            _sessions.Remove(session.Target.Name);
            _states = _states.Remove(session.Target.Name);
            session.Dispose();
        }

        Listen(targets.DistinctBy(target => target.ListenOn).ToDictionary(target => target.ListenOn, target => !target.Settings.Multihop));
        foreach (var target in targets)
        {
            if (!_sessions.TryGetValue(target.Name, out var session))
                _sessions.Add(target.Name, new BfdSession(target, options, NewDeadline, OnChange));
            else if (session.Target.Settings != target.Settings)
                session.Adjust(target);
        }
    }

    private static bool IsOther(BfdTarget before, BfdTarget after) =>
        !before.Remote.Equals(after.Remote) || !Equals(before.Local, after.Local) || before.Settings.Multihop != after.Settings.Multihop;

    private void Listen(Dictionary<IPEndPoint, bool> wanted)
    {
        foreach (var gone in _listeners.Keys.Where(address => !wanted.ContainsKey(address)).ToList())
        {
            _listeners.Remove(gone, out var end);
            end?.Cancel();
            end?.Dispose();
        }

        foreach (var (address, onLinkOnly) in wanted.Where(address => !_listeners.ContainsKey(address.Key)))
        {
            var end = new CancellationTokenSource();
            _listeners.Add(address, end);
            var listener = new BfdListener(options, time, log);
            _ending.RemoveAll(earlier => earlier.IsCompleted);
            _ending.Add(listener.RunAsync(address, onLinkOnly, (packet, from) => _work.Writer.TryWrite(() => Receive(packet, from)), end.Token));
        }
    }

    /// <summary>RFC 5880 §6.8.6: by our discriminator, and before the peer knows it by the addresses.</summary>
    private void Receive(BfdPacket packet, IPAddress from)
    {
        var session = _sessions.Values.FirstOrDefault(session => session.Target.Remote.Equals(from)
            && (packet.YourDiscriminator == 0 || packet.YourDiscriminator == session.Discriminator));
        session?.Receive(packet);
    }

    private void OnChange(BfdSession session, BfdState before)
    {
        var (name, state) = (session.Target.Name, session.State);
        _states = _states.SetItem(name, state);
        if (state == BfdState.Up)
            Up(log, name, session.Target.Remote);
        if (before != BfdState.Up)
            return;

        var reason = session.Diagnostic == BfdDiagnostic.DetectionTimeExpired
            ? $"BFD hears nothing from the peer for {session.Target.Settings.Multiplier} times {session.Target.Settings.Interval.TotalMilliseconds:0} ms"
            : session.IsPeerAdminDown ? "the peer has ended BFD" : "the peer says by BFD that it does not hear us";
        Down(log, name, session.Target.Remote, reason);
        if (!session.IsPeerAdminDown)
            down(name, reason);
    }

    private Deadline NewDeadline(Action expired) => new(time, deadline => _work.Writer.TryWrite(deadline.Check), expired);

    [LoggerMessage(Level = LogLevel.Information, Message = "BFD with {Peer} ({Address}) is up")]
    private static partial void Up(ILogger log, string peer, IPAddress address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "BFD with {Peer} ({Address}) is down: {Reason}")]
    private static partial void Down(ILogger log, string peer, IPAddress address, string reason);
}
