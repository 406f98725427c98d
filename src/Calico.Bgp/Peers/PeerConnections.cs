using System.Net.Sockets;
using Calico.Bgp.Messages;
using Calico.Bgp.Network;
using Calico.Bgp.Session;

namespace Calico.Bgp.Peers;

/// <summary>The connections of one peer with their timers, and the attempt to make one.</summary>
internal sealed class PeerConnections(SpeakerCore core, Peer peer) : IDisposable
{
    private readonly Dictionary<int, (Link Link, Deadline Hold, Deadline Keepalive)> _links = [];
    private CancellationTokenSource? _dialing;
    private int _lastNumber;

    public bool Any => _links.Count > 0;

    /// <summary>An attempt that is given up still reports; its number tells that nobody waits for it.</summary>
    public int Attempt { get; private set; }

    public Link? Find(int number) => _links.TryGetValue(number, out var found) ? found.Link : null;

    /// <summary>Takes the socket over.</summary>
    public int Add(Socket socket, OpenMessage localOpen)
    {
        var number = ++_lastNumber;
        var link = new Link(number, socket, localOpen, core.Time);
        var hold = core.NewDeadline(() => peer.Handle(new SessionEvent.HoldExpired(number)));
        var keepalive = core.NewDeadline(() => peer.Handle(new SessionEvent.KeepaliveExpired(number)));
        _links.Add(number, (link, hold, keepalive));
        link.Start(news => core.Run(new SpeakerInput.News(peer, news)));
        return number;
    }

    public void Close(int number)
    {
        if (!_links.Remove(number, out var closed))
            return;

        closed.Hold.Dispose();
        closed.Keepalive.Dispose();
        closed.Link.Dispose();
        core.AwaitAtEnd(closed.Link.Ended);
    }

    /// <summary>Puts another password or distance into force on connections that stand.</summary>
    /// <returns>Why it could not; null if it could.</returns>
    public string? Secure(PeerConfiguration before, PeerConfiguration after)
    {
        string? problem = null;
        foreach (var (link, _, _) in _links.Values)
            problem = link.Secure(before, after) ?? problem;
        return problem;
    }

    public void RestartHold(int number, TimeSpan after)
    {
        if (_links.TryGetValue(number, out var found))
            found.Hold.Restart(after);
    }

    public void RestartKeepalive(int number, TimeSpan after)
    {
        if (_links.TryGetValue(number, out var found))
            found.Keepalive.Restart(after);
    }

    public void Dial()
    {
        CancelDial();
        _dialing = new CancellationTokenSource();
        _ = DialAsync(Attempt, _dialing.Token);
    }

    public void CancelDial()
    {
        Attempt++;
        _dialing?.Cancel();
        _dialing?.Dispose();
        _dialing = null;
    }

    public void Dispose()
    {
        CancelDial();
        foreach (var number in _links.Keys.ToList())
            Close(number);
    }

    private async Task DialAsync(int attempt, CancellationToken cancellation)
    {
        var (socket, reason) = await Dialer.DialAsync(core.Options, peer.Configuration, core.Time, cancellation);
        core.Post(new SpeakerInput.Dialed(peer, attempt, socket, reason));
    }
}
