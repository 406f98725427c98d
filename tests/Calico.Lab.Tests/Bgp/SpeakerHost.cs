using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Calico.Bgp;
using Calico.Bgp.Policy;
using Calico.Bgp.Session;
using Calico.Bgp.Values;
using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>A host with our speaker (10.99.0.1, fd99::1, AS 64512) and one for another's (10.99.0.2, fd99::2), each a namespace, on one wire.</summary>
internal sealed class SpeakerHost : IAsyncDisposable
{
    public const uint OurAs = 64512;

    private readonly FreshNamespace _ours = new();
    private readonly ConcurrentQueue<RouteChange> _changes = [];
    private BgpSpeaker? _speaker;
    private Task _running = Task.CompletedTask;

    public SpeakerHost()
    {
        _ours.Wire("eth0", Theirs, "eth0");
        foreach (var (host, number) in new[] { (_ours, 1), (Theirs, 2) })
        {
            host.Run("/usr/sbin/ip", "link", "set", "lo", "up");
            host.Run("/usr/sbin/ip", "address", "add", $"10.99.0.{number}/24", "dev", "eth0");
            host.Run("/usr/sbin/ip", "address", "add", $"fd99::{number}/64", "dev", "eth0", "nodad");
        }
    }

    public FreshNamespace Theirs { get; } = new();

    public RecordingLog<BgpSpeaker> Log { get; } = new();

    public ConcurrentDictionary<IPNetwork, BestRoute> Routes { get; } = [];

    /// <summary>Prefixes that were lost at any time.</summary>
    public IEnumerable<IPNetwork> Lost => _changes.Where(change => change.Route is null).Select(change => change.Prefix);

    public BgpSpeaker Speaker => _speaker ?? throw new InvalidOperationException("Start was not called");

    public PeerSnapshot Peer => Speaker.Peers[0];

    public static PeerConfiguration Neighbour(uint asNumber, bool isIPv6 = false) => new()
    {
        Name = "neighbour",
        Address = IPAddress.Parse(isIPv6 ? "fd99::2" : "10.99.0.2"),
        LocalAddress = IPAddress.Parse(isIPv6 ? "fd99::1" : "10.99.0.1"),
        As = asNumber,
        ConnectRetry = TimeSpan.FromSeconds(1),
        Import = RoutePolicy.AcceptAll,
        Export = RoutePolicy.AcceptAll,
    };

    public static SpeakerConfiguration With(params PeerConfiguration[] peers) => new()
    {
        LocalAs = OurAs,
        RouterId = IPAddress.Parse("10.99.0.1"),
        IPv6NextHop = IPAddress.Parse("fd99::1"),
        Originated = [IPNetwork.Parse("10.60.0.0/26")],
        Peers = peers.ToValueArray(),
    };

    public void Start(SpeakerConfiguration configuration, SpeakerOptions? options = null)
    {
        _speaker = new BgpSpeaker(
            (options ?? new()) with
            {
                OpenSocket = family => _ours.Network.Run(() => new Socket(family, SocketType.Stream, ProtocolType.Tcp)),
                OpenDatagramSocket = family => _ours.Network.Run(() => new Socket(family, SocketType.Dgram, ProtocolType.Udp)),
            },
            TimeProvider.System,
            Log);
        _speaker.Configure(configuration);
        _running = Task.WhenAll(_speaker.RunAsync(CancellationToken.None), ReadAsync(_speaker));
    }

    /// <summary>Stops as a kill would: TCP ends without a NOTIFICATION.</summary>
    public async Task KillAsync()
    {
        _ = Speaker.StopAsync(keepRoutes: true);
        await _running;
    }

    /// <summary>Nothing passes the wire any more, and nobody is told.</summary>
    public void Cut() => Theirs.Run("/usr/sbin/ip", "link", "set", "eth0", "down");

    public Task Established() => Eventually(() => Speaker.Peers is [{ State: SessionState.Established }], () => string.Join('\n', Speaker.Peers));

    public Task Learned(string prefix) => Eventually(
        () => Routes.ContainsKey(IPNetwork.Parse(prefix)), () => $"no route to {prefix}: {string.Join("; ", Routes)}\n{string.Join('\n', Speaker.Peers)}");

    public Task Gone(string prefix) => Eventually(() => !Routes.ContainsKey(IPNetwork.Parse(prefix)), () => $"there is still a route to {prefix}");

    public static async Task Eventually(Func<bool> condition, Func<string> otherwise)
    {
        for (var i = 0; i < 800; i++)
        {
            if (condition())
                return;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Fail(otherwise());
    }

    public async ValueTask DisposeAsync()
    {
        if (_speaker is not null)
            _ = _speaker.StopAsync(keepRoutes: false);
        await _running;
        _ours.Dispose();
        Theirs.Dispose();
    }

    private async Task ReadAsync(BgpSpeaker speaker)
    {
        await foreach (var change in speaker.Routes.ReadAllAsync(CancellationToken.None))
        {
            _changes.Enqueue(change);
            if (change.Route is { } route)
                Routes[change.Prefix] = route;
            else
                Routes.TryRemove(change.Prefix, out _);
        }
    }
}
