using System.Net;
using System.Net.Sockets;
using Calico.Bgp;
using Calico.Bgp.Messages;
using Calico.Bgp.Session;
using Calico.Bgp.Values;

namespace Calico.Tests.Bgp;

/// <summary>RFC 4724 in both roles, over loopback.</summary>
public sealed class GracefulRestartTests
{
    private static readonly SpeakerOptions Again = new() { Restarting = true, ForwardingPreserved = true };

    [Fact]
    public async Task Routes_of_a_peer_that_goes_without_a_word_stay_until_it_has_told_them_anew()
    {
        await using var helper = new TestSpeaker("127.72.1.1");
        var first = new TestSpeaker("127.72.1.2");
        helper.Originate("10.1.0.0/26");
        first.Originate("10.2.0.0/26", "10.2.0.64/26");
        helper.Peer(helper.To(first));
        first.Peer(first.To(helper) with { Passive = true });
        await helper.Learns("10.2.0.0/26");
        await helper.Learns("10.2.0.64/26");

        await first.StopAsync(keepRoutes: true);
        await first.DisposeAsync();
        await TestSpeaker.Eventually(() => helper[first] is { State: not SessionState.Established, RoutesAreStale: true }, () => $"{helper[first]}");
        await using var second = new TestSpeaker("127.72.1.2", options: Again);
        second.Configure(c => first.Configuration with { Originated = [System.Net.IPNetwork.Parse("10.2.0.0/26")] });

        await helper.Loses("10.2.0.64/26"); // swept: not told again
        await second.Speaker.RestartCompleted.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.True(second.Routes.ContainsKey(System.Net.IPNetwork.Parse("10.1.0.0/26")));
        Assert.DoesNotContain(helper.Changes, change => change is { Route: null, Prefix: var prefix } && prefix.ToString() == "10.2.0.0/26");
        Assert.False(helper[first]?.RoutesAreStale ?? true);
    }

    [Fact]
    public async Task Routes_that_wait_for_a_peer_stay_when_two_of_its_connections_collide()
    {
        await using var speaker = new TestSpeaker("127.72.7.9"); // its identifier is the lower: it yields the connection that it made itself
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse("127.72.7.2"), TestSpeaker.Port));
        listener.Listen();
        speaker.Peer(speaker.To("127.72.7.2", asNumber: 65001));
        using (var before = await OpenedAsync(new(await listener.AcceptAsync(TestContext.Current.CancellationToken))))
        {
            await before.EstablishAsync("10.60.0.0/24");
            await speaker.Learns("10.60.0.0/24");
        }

        await TestSpeaker.Eventually(() => speaker.Speaker.Peers is [{ RoutesAreStale: true, State: not SessionState.Established }], () => "not kept");
        using var called = await OpenedAsync(new(await listener.AcceptAsync(TestContext.Current.CancellationToken)));
        using var other = await RawPeer.ConnectAsync("127.72.7.2", speaker.Address);
        Assert.IsType<OpenMessage>(await other.ReceiveAsync()); // it came before the first was established, so it does not succeed it
        await called.EstablishAsync();
        await TestSpeaker.Eventually(() => speaker.Speaker.Peers is [{ State: SessionState.Established }], () => "no session");
        await other.SendAsync(Convert.ToHexString(called.OpenFrame));
        await other.EstablishAsync("10.60.0.0/24"); // its choice
        Assert.Equal((byte)CeaseReason.ConnectionCollisionResolution, (await called.ReceiveNotificationAsync())?.Subcode);

        await TestSpeaker.Eventually(() => speaker.Speaker.Peers is [{ State: SessionState.Established, UpdatesReceived: 2 }], () => $"{speaker.Speaker.Peers[0]}");
        Assert.DoesNotContain(speaker.Changes, change => change.Route is null);
    }

    private static async Task<RawPeer> OpenedAsync(RawPeer peer)
    {
        peer.OpenFrame = MessageTests.Encode(
            new OpenMessage(65001, 90, IPAddress.Parse("127.99.0.1"),
            [
                new Capability.Multiprotocol(Family.IPv4Unicast),
                new Capability.FourOctetAs(65001),
                new Capability.GracefulRestart(Restarted: false, TimeSpan.FromSeconds(120), [new(Family.IPv4Unicast, ForwardingPreserved: true)]),
            ]),
            CodecOptions.BeforeOpen);
        await peer.OpenAsync();
        return peer;
    }

    [Fact]
    public async Task Routes_of_a_peer_that_says_goodbye_go_at_once()
    {
        await using var helper = new TestSpeaker("127.72.2.1");
        await using var peer = new TestSpeaker("127.72.2.2");
        peer.Originate("10.2.0.0/26");
        helper.Peer(helper.To(peer));
        peer.Peer(peer.To(helper) with { Passive = true });
        await helper.Learns("10.2.0.0/26");

        await peer.StopAsync(keepRoutes: false);

        await helper.Loses("10.2.0.0/26");
        Assert.Equal("the peer says: cease: administrative shutdown (6/2)", helper[peer]?.LastError);
    }

    [Fact]
    public async Task Routes_of_a_peer_that_does_not_come_back_go_after_its_restart_time()
    {
        await using var helper = new TestSpeaker("127.72.3.1");
        await using var peer = new TestSpeaker("127.72.3.2", options: new() { RestartTime = TimeSpan.FromSeconds(1) });
        peer.Originate("10.2.0.0/26");
        helper.Peer(helper.To(peer));
        peer.Peer(peer.To(helper) with { Passive = true });
        await helper.Learns("10.2.0.0/26");

        await peer.StopAsync(keepRoutes: true);

        await TestSpeaker.Eventually(() => helper[peer] is { RoutesAreStale: true }, () => "not kept");
        await helper.Loses("10.2.0.0/26");
    }

    [Fact]
    public async Task Routes_go_when_the_peer_comes_back_without_its_forwarding_state()
    {
        await using var helper = new TestSpeaker("127.72.4.1");
        var first = new TestSpeaker("127.72.4.2");
        first.Originate("10.2.0.0/26");
        helper.Peer(helper.To(first));
        first.Peer(first.To(helper) with { Passive = true });
        await helper.Learns("10.2.0.0/26");
        await first.StopAsync(keepRoutes: true);
        await first.DisposeAsync();

        await using var second = new TestSpeaker("127.72.4.2", options: Again with { ForwardingPreserved = false });
        second.Configure(_ => first.Configuration with { Originated = [] });

        await helper.Loses("10.2.0.0/26");
    }

    [Fact]
    public async Task All_of_a_mesh_that_restart_together_do_not_wait_for_each_other()
    {
        await using var left = new TestSpeaker("127.72.5.1", options: Again);
        await using var right = new TestSpeaker("127.72.5.2", options: Again);
        left.Peer(left.To(right));
        right.Peer(right.To(left) with { Passive = true });

        await Task.WhenAll(left.Speaker.RestartCompleted, right.Speaker.RestartCompleted)
            .WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_restart_waits_for_an_unreachable_peer_no_longer_than_it_is_told()
    {
        await using var speaker = new TestSpeaker("127.72.6.1", options: Again with { UnreachableAfter = TimeSpan.FromMilliseconds(300) });
        speaker.Peer(speaker.To("127.72.6.9"));
        Assert.False(speaker.Speaker.RestartCompleted.IsCompleted);

        await speaker.Speaker.RestartCompleted.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }
}
