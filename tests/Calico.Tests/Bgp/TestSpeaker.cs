using System.Collections.Concurrent;
using System.Net;
using Calico.Bgp;
using Calico.Bgp.Policy;
using Calico.Bgp.Session;
using Calico.Bgp.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Bgp;

/// <summary>A speaker on a loopback address of its own, with the routes that its user would see.</summary>
internal sealed class TestSpeaker : IAsyncDisposable
{
    public const int Port = 1790;

    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;
    private readonly Task _reading;

    public TestSpeaker(string address, uint asNumber = 64512, SpeakerOptions? options = null)
    {
        Configuration = new()
        {
            LocalAs = asNumber,
            RouterId = IPAddress.Parse(address),
            Listen = [new(IPAddress.Parse(address), Port)],
            IPv6NextHop = IPAddress.Parse("2001:db8::" + address.Split('.')[3]),
        };
        Speaker = new(options ?? new(), TimeProvider.System, NullLogger<BgpSpeaker>.Instance);
        _running = Task.Run(() => Speaker.RunAsync(_end.Token));
        _reading = Task.Run(ReadAsync);
    }

    public BgpSpeaker Speaker { get; }

    public SpeakerConfiguration Configuration { get; private set; }

    public IPAddress Address => Configuration.RouterId;

    public ConcurrentDictionary<IPNetwork, BestRoute> Routes { get; } = [];

    /// <summary>Every change in its order.</summary>
    public ConcurrentQueue<RouteChange> Changes { get; } = [];

    public void Configure(Func<SpeakerConfiguration, SpeakerConfiguration> change)
    {
        Configuration = change(Configuration);
        Speaker.Configure(Configuration);
    }

    public void Originate(params string[] prefixes) => Configure(c => c with { Originated = [.. prefixes.Select(IPNetwork.Parse)] });

    public void Peer(params PeerConfiguration[] peers) => Configure(c => c with { Peers = peers.ToValueArray() });

    public PeerConfiguration To(TestSpeaker other) => To(other.Address.ToString(), other.Configuration.LocalAs);

    public PeerConfiguration To(string address, uint asNumber = 64512) => new()
    {
        Name = "peer-" + address,
        Address = IPAddress.Parse(address),
        Port = Port,
        As = asNumber,
        LocalAddress = Address,
        Import = RoutePolicy.AcceptAll,
        Export = RoutePolicy.AcceptAll,
    };

    public PeerSnapshot? this[TestSpeaker other] => Speaker.Peers.FirstOrDefault(peer => peer.Address.Equals(other.Address));

    public Task EstablishedWith(TestSpeaker other) =>
        Eventually(() => Speaker.Peers.Any(peer => peer.Address.Equals(other.Address) && peer.State == SessionState.Established), () => $"no session with {other.Address}");

    public Task Learns(string prefix, params string[] nextHops) => Eventually(
        () => Routes.TryGetValue(IPNetwork.Parse(prefix), out var route)
            && (nextHops.Length == 0 || route.NextHops.Select(hop => hop.ToString()).Order().SequenceEqual(nextHops.Order())),
        () => $"{Address} has no route to {prefix} via {string.Join(", ", nextHops)}, but: {string.Join("; ", Routes)}; {string.Join("; ", Speaker.Peers)}");

    public Task Loses(string prefix) => Eventually(() => !Routes.ContainsKey(IPNetwork.Parse(prefix)), () => $"{Address} still has a route to {prefix}");

    public static async Task Eventually(Func<bool> condition, Func<string> otherwise)
    {
        for (var i = 0; i < 1000; i++)
        {
            if (condition())
                return;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Fail(otherwise());
    }

    public async Task StopAsync(bool keepRoutes) => await Speaker.StopAsync(keepRoutes);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        await _reading;
        _end.Dispose();
    }

    private async Task ReadAsync()
    {
        await foreach (var change in Speaker.Routes.ReadAllAsync())
        {
            Changes.Enqueue(change);
            if (change.Route is { } route)
                Routes[change.Prefix] = route;
            else
                Routes.TryRemove(change.Prefix, out _);
        }
    }
}
