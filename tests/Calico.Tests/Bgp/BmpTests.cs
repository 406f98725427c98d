using System.Net;
using Calico.Bgp;
using Calico.Bgp.Messages;
using Calico.Bgp.Monitoring;
using Calico.Bgp.Policy;
using Calico.Bgp.Values;
using FsCheck;
using FsCheck.Fluent;

namespace Calico.Tests.Bgp;

/// <summary>RFC 7854: what a station is told, and what a station that is slow or away may not do.</summary>
public sealed class BmpTests
{
    [Fact]
    public async Task A_station_hears_who_we_are_which_sessions_stand_and_what_peers_send()
    {
        await using var station = new BmpStation("127.79.1.9");
        await using var us = new TestSpeaker("127.79.1.1");
        await using var peer = new TestSpeaker("127.79.1.2", 65001);
        us.Configure(c => c with { Stations = [BmpStation.At("127.79.1.9") with { SystemName = "rack-7", StatisticsInterval = TimeSpan.FromMilliseconds(50) }] });
        peer.Peer(peer.To(us));
        peer.Originate("10.50.0.0/24", "2001:db8:5::/48");
        us.Peer(us.To(peer) with { Passive = true, Import = RoutePolicy.RejectAll });

        await station.Hears("10.50.0.0/24");
        await station.Hears("2001:db8:5::/48");
        var hello = await station.HearsOf(BmpMessage.Initiation);
        Assert.Same(hello, station.Messages.First());
        Assert.Equal("rack-7", hello.Text(2));
        var up = await station.HearsOf(BmpMessage.PeerUp);
        Assert.Equal(
            (0, false, 0UL, IPAddress.Parse("127.79.1.2"), 65001u, IPAddress.Parse("127.79.1.2")),
            (up.PeerType, up.IsIPv6, up.Distinguisher, up.PeerAddress, up.PeerAs, up.Identifier));
        Assert.InRange(up.Time, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
        var (local, localPort, remotePort, sent, received) = up.Up;
        Assert.Equal((us.Address, TestSpeaker.Port, 64512u, 65001u), (local, localPort, sent.As, received.As));
        Assert.InRange(remotePort, 1024, ushort.MaxValue);
        Assert.Empty(us.Routes); // what is refused is told all the same

        peer.Originate("10.50.0.0/24");
        await station.Forgets("2001:db8:5::/48");
        await TestSpeaker.Eventually(() => station.Messages.Any(message => message.Type == BmpMessage.Statistics && message.Numbers[7] == 1), () => "no statistics of one route");
        Assert.Equal([7, 8, 11, 15], station.Messages.Last(message => message.Type == BmpMessage.Statistics).Numbers.Keys.Order());
    }

    [Fact]
    public async Task A_station_that_comes_later_is_told_the_tables_as_they_are_each_with_its_end()
    {
        await using var us = new TestSpeaker("127.79.2.1");
        await using var peer = new TestSpeaker("127.79.2.2", 65001);
        await using var old = new TestSpeaker("127.79.2.3", 65002);
        peer.Peer(peer.To(us));
        old.Peer(old.To(us));
        string[] prefixes = [.. Enumerable.Range(0, 3000).Select(i => $"10.{i / 256}.{i % 256}.0/24")];
        peer.Originate(prefixes);
        old.Originate("2001:db8:7::/48", "10.70.0.0/16");
        us.Peer(us.To(peer) with { Passive = true }, us.To(old) with { Passive = true });
        await TestSpeaker.Eventually(() => us.Routes.Count == 3002, () => $"{us.Routes.Count} routes");

        us.Configure(c => c with { Stations = [BmpStation.At("127.79.2.9")] });
        await Task.Delay(300, TestContext.Current.CancellationToken); // several attempts fail
        await using var station = new BmpStation("127.79.2.9");

        await TestSpeaker.Eventually(() => Ends(station) == 4, () => $"{Ends(station)} ends");
        Assert.Equal(3002, station.AsReceived.Count);
        var first = station.Messages.TakeWhile(message => message.Type != BmpMessage.RouteMonitoring).Select(message => message.Type);
        Assert.Equal([BmpMessage.Initiation, BmpMessage.PeerUp, BmpMessage.PeerUp], first);
    }

    [Fact]
    public async Task A_station_may_hear_what_the_import_policy_makes_of_the_routes_and_hears_of_another_policy()
    {
        await using var station = new BmpStation("127.79.3.9");
        await using var us = new TestSpeaker("127.79.3.1");
        await using var peer = new TestSpeaker("127.79.3.2", 65001);
        us.Configure(c => c with { Stations = [BmpStation.At("127.79.3.9") with { Routes = MonitoredRoutes.Both }] });
        peer.Peer(peer.To(us));
        peer.Originate("10.50.0.0/24", "10.51.0.0/24");
        var session = us.To(peer) with { Passive = true };
        us.Peer(session with { Import = Marking("10.50.0.0/16", 300) });

        await station.Hears("10.50.0.0/24", isImported: true);
        await station.Hears("10.51.0.0/24");
        await station.Hears("10.50.0.0/24");
        Assert.Contains("LocalPreference = 300", station.AsImported.Single().Value, StringComparison.Ordinal);
        Assert.Equal(2, station.AsReceived.Count);
        Assert.DoesNotContain(station.AsReceived.Values, text => text.Contains("LocalPreference = 300", StringComparison.Ordinal));

        us.Peer(session with { Import = Marking("10.51.0.0/16", 400) });
        await station.Forgets("10.50.0.0/24", isImported: true);
        await station.Hears("10.51.0.0/24", isImported: true);

        peer.Originate("10.50.0.0/24");
        await station.Forgets("10.51.0.0/24", isImported: true);
        await station.Forgets("10.51.0.0/24");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task How_a_session_ended_is_told_with_the_notification(bool byUs)
    {
        await using var station = new BmpStation("127.79.4.9");
        await using var us = new TestSpeaker("127.79.4.1");
        await using var peer = new TestSpeaker("127.79.4.2", 65001);
        us.Configure(c => c with { Stations = [BmpStation.At("127.79.4.9")] });
        peer.Peer(peer.To(us));
        us.Peer(us.To(peer) with { Passive = true });
        await station.HearsOf(BmpMessage.PeerUp);

        if (byUs)
            us.Peer();
        else
            peer.Peer();

        var down = await station.HearsOf(BmpMessage.PeerDown);
        var told = Assert.IsType<NotificationMessage>(MessageTests.Decode(down.ReasonData, CodecOptions.BeforeOpen));
        Assert.Equal((byUs ? 1 : 3, true), (down.Reason, told.IsCease(CeaseReason.PeerDeconfigured)));
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 4)]
    public async Task How_a_session_ended_without_a_word_is_told(bool byUs, int reason)
    {
        await using var station = new BmpStation("127.79.5.9");
        await using var us = new TestSpeaker("127.79.5.1");
        await using var peer = new TestSpeaker("127.79.5.2", 65001);
        us.Configure(c => c with { Stations = [BmpStation.At("127.79.5.9")] });
        peer.Peer(peer.To(us));
        us.Peer(us.To(peer) with { Passive = true });
        await station.HearsOf(BmpMessage.PeerUp);

        await (byUs ? us : peer).StopAsync(keepRoutes: true);

        Assert.Equal(reason, (await station.HearsOf(BmpMessage.PeerDown)).Reason);
        if (byUs)
            Assert.Equal([0, 0], (await station.HearsOf(BmpMessage.Termination)).Information[1]);
    }

    [Fact]
    public async Task A_station_that_does_not_read_holds_up_nobody_and_hears_all_once_it_reads()
    {
        const int Prefixes = 20_000;
        await using var us = new TestSpeaker("127.79.6.1");
        await using var peer = new TestSpeaker("127.79.6.2", 65001);
        var slow = new BmpStation("127.79.6.9", reads: false);
        await using (slow)
        {
            us.Configure(c => c with { Stations = [BmpStation.At("127.79.6.9") with { LongestQueue = 128 * 1024 }] });
            peer.Peer(peer.To(us));
            us.Peer(us.To(peer) with { Passive = true });
            await us.EstablishedWith(peer);
            await TestSpeaker.Eventually(() => slow.Connections > 0, () => "no connection");

            // Far more than the sockets hold and than may wait.
            for (var round = 0; slow.Connections < 3 && round < 100; round++)
            {
                peer.Originate([.. Enumerable.Range(0, Prefixes).Select(i => $"{10 + round % 2}.{i / 256}.{i % 256}.0/24")]);
                await us.Learns($"{10 + round % 2}.0.0.0/24");
            }

            Assert.True(slow.Connections >= 2, $"{slow.Connections} connections: the station was never given up");
            peer.Originate("172.20.0.0/16");
            await us.Learns("172.20.0.0/16");
        }

        await using var station = new BmpStation("127.79.6.9");
        await TestSpeaker.Eventually(() => station.AsReceived.Keys.Select(key => key.Prefix).SequenceEqual(["172.20.0.0/16"]), () => $"{station.AsReceived.Count} routes, {station.Fault}");
    }

    [Fact]
    public async Task Paths_of_one_prefix_keep_their_numbers()
    {
        await using var station = new BmpStation("127.79.7.9");
        await using var us = new TestSpeaker("127.79.7.1");
        await using var middle = new TestSpeaker("127.79.7.2");
        await using var left = new TestSpeaker("127.79.7.3", 65001);
        await using var right = new TestSpeaker("127.79.7.4", 65002);
        us.Configure(c => c with { Stations = [BmpStation.At("127.79.7.9")] });
        middle.Peer(middle.To(us) with { AddPath = AddPathMode.Send }, middle.To(left) with { Passive = true }, middle.To(right) with { Passive = true });
        us.Peer(us.To(middle) with { AddPath = AddPathMode.Receive, Passive = true });
        left.Peer(left.To(middle));
        right.Peer(right.To(middle));
        left.Originate("10.50.0.0/24");
        right.Originate("10.50.0.0/24");

        await TestSpeaker.Eventually(() => station.AsReceived.Keys.Count(key => key.Prefix.StartsWith("10.50.0.0/24#", StringComparison.Ordinal)) == 2, () => string.Join(' ', station.AsReceived.Keys));
        left.Originate();
        await TestSpeaker.Eventually(() => station.AsReceived.Count == 1, () => string.Join(' ', station.AsReceived.Keys));
    }

    [Fact]
    public void Every_update_that_is_told_reads_the_same() => Prop.ForAll<ushort, ulong, byte>((sample, peer, flags) =>
    {
        var codec = new CodecOptions(FourOctetAs: (flags & 1) == 0, IsInternal: true, PeerAs: (uint)peer) { AddPathIn = (flags & 2) == 0 ? FamilySet.None : FamilySet.IPv4 };
        var frame = DecoderProperties.Samples[sample % DecoderProperties.Samples.Length];
        if (Record.Exception(() => MessageTests.Decode(frame, codec)) is not null || MessageTests.Decode(frame, codec) is not UpdateMessage update)
            return true;
        if (MonitoredUpdate.Clean(update with { Faults = [], IsTreatedAsWithdraw = false }, codec.AddPathIn) is not { } clean)
            return true;

        var address = (flags & 4) == 0 ? new IPAddress((long)(peer & 0xffffffff)) : new IPAddress([.. BitConverter.GetBytes(peer), .. BitConverter.GetBytes(~peer)]);
        var header = new BmpPeerHeader(address, (uint)peer, new IPAddress((long)(peer >> 32)), DateTimeOffset.UnixEpoch.AddMicroseconds(peer % (uint.MaxValue * 1_000_000UL)))
        {
            PostPolicy = (flags & 8) != 0,
            TwoOctetAs = !codec.FourOctetAs,
        };
        var buffer = new byte[BmpMessages.UpdateAt + BgpMessage.ExtendedMaxLength];
        var told = BmpMessage.Parse(BmpMessages.RouteMonitoring(header, buffer, clean.Encode(buffer.AsSpan(BmpMessages.UpdateAt), codec)));
        return told.Type == BmpMessage.RouteMonitoring
            && told.PeerAddress.Equals(address) && told.PeerAs == (uint)peer && told.Identifier.Equals(header.Identifier) && told.Time == header.Time
            && told.IsPostPolicy == header.PostPolicy && told.IsTwoOctetAs == header.TwoOctetAs
            && clean.Equals(MessageTests.Decode(told.Update, codec) is UpdateMessage read ? read with { Faults = [] } : null);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Halves_say_together_what_the_whole_says() => Prop.ForAll<byte, byte, bool>((announced, withdrawn, withIds) =>
    {
        static ValueArray<Prefix> Prefixes(int count, int from) => Enumerable.Range(0, count).Select(i => new Prefix(IPNetwork.Parse($"10.{from}.{i}.0/24"))).ToValueArray();
        static ValueArray<uint> Ids(int count, bool wanted) => wanted ? Enumerable.Range(0, count).Select(i => (uint)i).ToValueArray() : [];
        var attributes = new Calico.Bgp.Attributes.PathAttributes { Origin = Calico.Bgp.Attributes.Origin.Igp, NextHop = IPAddress.Parse("10.0.0.1") };
        var whole = new UpdateMessage(Prefixes(withdrawn, 1), announced == 0 ? [] : [new(attributes, Prefixes(announced, 2)) { PathIds = Ids(announced, withIds) }]) { WithdrawnIds = Ids(withdrawn, withIds) };
        var parts = Split(whole).ToList();
        return parts.TrueForAll(part => part.Withdrawn.Count + part.Announced.Sum(routes => routes.Prefixes.Count) <= 1)
            && parts.SelectMany(part => part.Withdrawn).SequenceEqual(whole.Withdrawn)
            && parts.SelectMany(part => part.WithdrawnIds).SequenceEqual(whole.WithdrawnIds)
            && parts.SelectMany(part => part.Announced).SelectMany(routes => routes.Prefixes).SequenceEqual(whole.Announced.SelectMany(routes => routes.Prefixes))
            && parts.SelectMany(part => part.Announced).SelectMany(routes => routes.PathIds).SequenceEqual(whole.Announced.SelectMany(routes => routes.PathIds));
    }).QuickCheckThrowOnFailure();

    private static IEnumerable<UpdateMessage> Split(UpdateMessage update) =>
        MonitoredUpdate.Halves(update) is var (first, second) ? Split(first).Concat(Split(second)) : [update];

    private static int Ends(BmpStation station) => station.Messages.Count(message =>
        message.Type == BmpMessage.RouteMonitoring && message.Update.Length <= 30 && MessageTests.Decode(message.Update, CodecOptions.BeforeOpen) is UpdateMessage { EndOfRib: not null });

    private static RoutePolicy.Ordered Marking(string within, uint preference) => new(
        [new(PolicyAction.Accept) { Match = new() { Within = IPNetwork.Parse(within) }, Set = new() { LocalPreference = preference } }], Otherwise: false);
}
