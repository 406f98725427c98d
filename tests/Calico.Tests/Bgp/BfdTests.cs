using System.Net;
using Calico.Bgp;
using Calico.Bgp.Bfd;
using Calico.Bgp.Session;

namespace Calico.Tests.Bgp;

/// <summary>RFC 5880: packets, the state machine, and sessions beside BGP over loopback.</summary>
public sealed class BfdTests
{
    private static readonly BfdSettings Fast = new(TimeSpan.FromMilliseconds(100), 3);

    [Fact]
    public void A_packet_reads_and_writes_its_octets()
    {
        var octets = Hex.Bytes("""
            21              version 1, detection time expired
            e0              up, poll
            03 18           multiplier 3, length 24
            01020304        my discriminator
            0a0b0c0d        your discriminator
            000186a0        desired min TX 100 ms
            0000c350        required min RX 50 ms
            00000000        no echo
            """);
        var packet = new BfdPacket(BfdState.Up, 0x01020304, 0x0a0b0c0d)
        {
            Diagnostic = BfdDiagnostic.DetectionTimeExpired,
            Poll = true,
            Multiplier = 3,
            DesiredTransmit = TimeSpan.FromMilliseconds(100),
            RequiredReceive = TimeSpan.FromMilliseconds(50),
        };
        var written = new byte[BfdPacket.Length];
        packet.Encode(written);

        Assert.Equal(packet, BfdPacket.Decode(octets));
        Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(written));
    }

    [Theory]
    [InlineData("20400318 00000001 00000000 000f4240 000f4240")] // too short
    [InlineData("40400318 00000001 00000000 000f4240 000f4240 00000000")] // version 2
    [InlineData("20400317 00000001 00000000 000f4240 000f4240 00000000")] // length 23
    [InlineData("20400319 00000001 00000000 000f4240 000f4240 00000000")] // longer than it is
    [InlineData("20400018 00000001 00000000 000f4240 000f4240 00000000")] // multiplier 0
    [InlineData("20410318 00000001 00000000 000f4240 000f4240 00000000")] // multipoint
    [InlineData("20440318 00000001 00000000 000f4240 000f4240 00000000")] // authentication that we have not agreed on
    [InlineData("20400318 00000000 00000000 000f4240 000f4240 00000000")] // no discriminator
    [InlineData("20c00318 00000001 00000000 000f4240 000f4240 00000000")] // up, but does not know us
    public void What_the_RFC_discards_is_none(string hex) => Assert.Null(BfdPacket.Decode(Hex.Bytes(hex)));

    [Theory]
    [InlineData(BfdState.Down, BfdState.AdminDown, BfdState.Down)]
    [InlineData(BfdState.Down, BfdState.Down, BfdState.Init)]
    [InlineData(BfdState.Down, BfdState.Init, BfdState.Up)]
    [InlineData(BfdState.Down, BfdState.Up, BfdState.Down)]
    [InlineData(BfdState.Init, BfdState.AdminDown, BfdState.Down)]
    [InlineData(BfdState.Init, BfdState.Down, BfdState.Init)]
    [InlineData(BfdState.Init, BfdState.Init, BfdState.Up)]
    [InlineData(BfdState.Init, BfdState.Up, BfdState.Up)]
    [InlineData(BfdState.Up, BfdState.AdminDown, BfdState.Down)]
    [InlineData(BfdState.Up, BfdState.Down, BfdState.Down)]
    [InlineData(BfdState.Up, BfdState.Init, BfdState.Up)]
    [InlineData(BfdState.Up, BfdState.Up, BfdState.Up)]
    public void Each_state_and_each_of_the_peers_lead_where_the_RFC_says(object before, object received, object after)
    {
        var next = BfdMachine.Receive(new() { State = (BfdState)before }, Packet((BfdState)received), Fast);

        Assert.Equal((BfdState)after, next.State);
        if ((BfdState)before is BfdState.Up or BfdState.Init && (BfdState)after == BfdState.Down)
            Assert.Equal(BfdDiagnostic.NeighbourSignalledDown, next.Diagnostic);
    }

    [Fact]
    public void Before_it_is_up_a_session_is_slow_and_the_peer_is_polled_when_it_becomes_fast()
    {
        var down = new BfdProgress();
        Assert.Equal(TimeSpan.FromSeconds(1), down.TransmitInterval(Fast));

        var up = BfdMachine.Receive(down, Packet(BfdState.Init), Fast);
        Assert.Equal(TimeSpan.FromMilliseconds(200), up.TransmitInterval(Fast)); // the peer takes no more than one in 200 ms
        Assert.Equal(TimeSpan.FromMilliseconds(1200), up.DetectionTime(Fast)); // 4 times the slower of its 300 ms and our 100 ms
        Assert.True(BfdMachine.Compose(up, 7, Fast, final: false).Poll);

        var known = BfdMachine.Receive(up, Packet(BfdState.Up) with { Final = true }, Fast);
        Assert.False(BfdMachine.Compose(known, 7, Fast, final: false).Poll);
    }

    [Fact]
    public void Silence_takes_a_session_down_and_forgets_the_peers_discriminator()
    {
        var up = BfdMachine.Receive(new(), Packet(BfdState.Init), Fast);

        var silent = BfdMachine.Expire(up);

        Assert.Equal((BfdState.Down, BfdDiagnostic.DetectionTimeExpired, 0u), (silent.State, silent.Diagnostic, silent.RemoteDiscriminator));
    }

    [Fact]
    public void A_peer_that_wants_to_hear_us_more_often_is_heard_at_once()
    {
        // FRR asks for a packet a second until it is up, and then for ten: whoever waits for the end of the second is taken for dead.
        var clocks = new List<RecordedTime>();
        var target = new BfdTarget("peer", IPAddress.Parse("127.77.9.2"), IPAddress.Parse("127.77.9.1"), Fast);
        using var session = new BfdSession(target, new(), NewDeadline, (_, _) => { });
        session.Receive(Packet(BfdState.Init) with { RequiredReceive = TimeSpan.FromSeconds(1) });
        Assert.Equal(BfdState.Up, session.State);
        Assert.InRange(clocks[0].Due, TimeSpan.FromSeconds(0.75), TimeSpan.FromSeconds(1));

        session.Receive(Packet(BfdState.Up) with { RequiredReceive = TimeSpan.FromMilliseconds(100) });

        Assert.InRange(clocks[0].Due, TimeSpan.FromMilliseconds(75), TimeSpan.FromMilliseconds(100));

        Calico.Bgp.Session.Deadline NewDeadline(Action expired)
        {
            clocks.Add(new());
            return new(clocks[^1], _ => { }, expired);
        }
    }

    [Fact]
    public async Task Where_the_peer_ends_BFD_itself_the_session_stands()
    {
        await using var left = new TestSpeaker("127.75.2.1");
        await using var right = new TestSpeaker("127.75.2.2");
        left.Peer(left.To(right) with { Passive = true, Bfd = Fast });
        right.Peer(right.To(left) with { Bfd = Fast });
        await left.EstablishedWith(right);
        await TestSpeaker.Eventually(() => left[right]?.Bfd == "Up" && right[left]?.Bfd == "Up", () => $"{left[right]} {right[left]}");

        right.Peer(right.To(left) with { Bfd = null });

        await TestSpeaker.Eventually(() => left[right]?.Bfd == "Down", () => $"{left[right]}");
        Assert.True(left[right] is { State: SessionState.Established, TimesEstablished: 1 }, $"{left[right]}");
    }

    private static BfdPacket Packet(BfdState state) => new(state, 99, 7)
    {
        Multiplier = 4,
        DesiredTransmit = TimeSpan.FromMilliseconds(300),
        RequiredReceive = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>A clock that stands still and keeps how far away its one timer was last set.</summary>
    private sealed class RecordedTime : TimeProvider, ITimer
    {
        public TimeSpan Due { get; private set; }

        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => this;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            return true;
        }

        public void Dispose()
        {
            // nothing runs
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
