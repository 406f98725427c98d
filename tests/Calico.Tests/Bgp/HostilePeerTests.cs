using System.Text.Json;
using Calico.Bgp;
using Calico.Bgp.Messages;
using Calico.Bgp.Session;
using Calico.Bgp.Values;
using Calico.Tests.Support;

namespace Calico.Tests.Bgp;

/// <summary>What a speaker does with malformed bytes, seen from the other end of the TCP connection.</summary>
public sealed class HostilePeerTests
{
    private static readonly string Keepalive = "ffffffffffffffffffffffffffffffff001304";

    public static TheoryData<string> Cases =>
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors/bgp_error_handling.jsonl"))
            .Where(line => !line.Contains("...", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Each_malformed_message_gets_the_answer_of_the_RFC(string line)
    {
        var row = JsonDocument.Parse(line).RootElement;
        var name = row.GetProperty("name").GetString() ?? "";
        await using var speaker = new TestSpeaker($"127.73.{Math.Abs(name.GetHashCode(StringComparison.Ordinal)) % 250}.1");
        var host = $"{speaker.Address}".TrimEnd('1') + "2";
        speaker.Peer(speaker.To(host, asNumber: 65001) with { Passive = true, Families = [Family.IPv4Unicast, Family.IPv6Unicast] });
        using var peer = await RawPeer.ConnectAsync(host, speaker.Address);

        var sent = row.GetProperty("sent_hex").GetString() ?? "";
        if (name.StartsWith("open-", StringComparison.Ordinal) || name.EndsWith("-before-open", StringComparison.Ordinal))
        {
            await peer.SendAsync(sent);
            if (name == "open-no-caps")
                await peer.SendAsync(Keepalive);
        }
        else
        {
            await peer.OpenAsync();
            if (!name.EndsWith("openconfirm", StringComparison.Ordinal))
                await peer.EstablishAsync("10.60.0.0/24", "10.50.0.0/24");
            await peer.SendAsync(sent);
        }

        await ExpectAsync(row.GetProperty("expected"), speaker, peer);
    }

    [Fact]
    public async Task Octets_that_come_one_at_a_time_and_messages_that_come_all_at_once_are_the_same()
    {
        await using var speaker = new TestSpeaker("127.73.251.1");
        speaker.Peer(speaker.To("127.73.251.2", asNumber: 65001) with { Passive = true });
        using var peer = await RawPeer.ConnectAsync("127.73.251.2", speaker.Address);
        foreach (var octet in peer.OpenFrame)
            await peer.SendAsync(Convert.ToHexString([octet]));
        await peer.SendAsync(Keepalive + string.Concat(Enumerable.Range(0, 100).Select(i => RawPeer.Announcement($"10.{i}.0.0/16"))));

        await TestSpeaker.Eventually(() => speaker.Routes.Count == 100, () => $"{speaker.Routes.Count} routes");
    }

    [Fact]
    public async Task A_peer_that_reads_nothing_holds_up_no_other()
    {
        await using var speaker = new TestSpeaker("127.73.252.1");
        await using var good = new TestSpeaker("127.73.252.3");
        good.Peer(good.To(speaker) with { Passive = true });
        speaker.Peer(speaker.To("127.73.252.2", asNumber: 65001) with { Passive = true }, speaker.To(good));
        using var peer = await RawPeer.ConnectAsync("127.73.252.2", speaker.Address);
        await peer.OpenAsync();
        await peer.EstablishAsync();
        await good.EstablishedWith(speaker);

        // Flap many prefixes without reading what comes back: far more than the socket buffers hold.
        for (var round = 0; round < 20; round++)
            speaker.Originate([.. Enumerable.Range(0, 20_000).Select(i => $"{10 + round % 2}.{i / 256}.{i % 256}.0/24")]);
        speaker.Originate("172.20.0.0/16");

        await good.Learns("172.20.0.0/16");
        await TestSpeaker.Eventually(() => good.Routes.Count == 1, () => $"{good.Routes.Count} routes");
    }

    [Fact]
    public async Task A_million_routes_where_ten_thousand_are_allowed_end_the_session_and_leave_nothing_behind()
    {
        const int Sent = 1_000_000, Allowed = 10_000, InOne = 800;
        await using var speaker = new TestSpeaker("127.73.254.1");
        speaker.Peer(speaker.To("127.73.254.2", asNumber: 65001) with { Passive = true, Limit = new(Allowed, PrefixLimitAction.Shut) });
        using var peer = await RawPeer.ConnectAsync("127.73.254.2", speaker.Address);
        await peer.OpenAsync();
        await peer.EstablishAsync();
        var sending = Task.Run(async () =>
        {
            try
            {
                for (var from = 0; from < Sent; from += InOne)
                    await peer.SendAsync(RawPeer.Announcement([.. Enumerable.Range(from, InOne).Select(i => $"{16 + i / 65536}.{i / 256 % 256}.{i % 256}.0/24")]));
            }
            catch (System.Net.Sockets.SocketException)
            {
                // the speaker has had enough
            }
        }, TestContext.Current.CancellationToken);

        var answer = await peer.ReceiveNotificationAsync();
        Assert.True(answer is null || answer.IsCease(CeaseReason.MaximumPrefixesReached), $"{answer}"); // it may be lost when the speaker closes on what it has not read
        await TestSpeaker.Eventually(() => speaker.Speaker.Peers[0] is { State: SessionState.Idle, LastError: not null }, () => $"{speaker.Speaker.Peers[0]}");
        var held = int.Parse(speaker.Speaker.Peers[0].LastError?.Split(' ')[3] ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(held, Allowed + 1, Allowed + InOne); // noticed with the very UPDATE that was too much
        Assert.Equal(0, (await speaker.Speaker.CountAsync(TestContext.Current.CancellationToken)).Paths);
        await TestSpeaker.Eventually(() => speaker.Routes.IsEmpty, () => $"{speaker.Routes.Count} routes");
        peer.Dispose();
        await sending;
    }

    [Fact]
    public async Task A_connection_that_says_nothing_does_not_stand_in_the_way_of_the_next()
    {
        await using var speaker = new TestSpeaker("127.73.255.1");
        speaker.Peer(speaker.To("127.73.255.2", asNumber: 65001) with { Passive = true });
        using var silent = await RawPeer.ConnectAsync("127.73.255.2", speaker.Address);
        using var another = await RawPeer.ConnectAsync("127.73.255.2", speaker.Address);
        await another.SendAsync(Convert.ToHexString(another.OpenFrame)[..20]); // and one that dies in the middle of its OPEN
        using var peer = await RawPeer.ConnectAsync("127.73.255.2", speaker.Address);

        await peer.OpenAsync();
        await peer.EstablishAsync("10.50.0.0/24");

        await speaker.Learns("10.50.0.0/24");
    }

    [Fact]
    public async Task A_flood_of_keepalives_and_an_update_full_of_prefixes_are_nothing_special()
    {
        await using var speaker = new TestSpeaker("127.73.250.1");
        speaker.Peer(speaker.To("127.73.250.2", asNumber: 65001) with { Passive = true });
        using var peer = await RawPeer.ConnectAsync("127.73.250.2", speaker.Address);
        await peer.OpenAsync();
        await peer.EstablishAsync();

        await peer.SendAsync(string.Concat(Enumerable.Repeat(Keepalive, 20_000)));
        await peer.SendAsync(RawPeer.Announcement([.. Enumerable.Range(0, 1000).Select(i => $"10.{i / 256}.{i % 256}.0/24")]));

        await TestSpeaker.Eventually(() => speaker.Routes.Count == 1000, () => $"{speaker.Routes.Count} routes");
        Assert.True(speaker.Speaker.Peers[0] is { State: SessionState.Established, LastError: null }, $"{speaker.Speaker.Peers[0]}");
    }

    [Fact]
    public async Task A_stranger_is_sent_away()
    {
        await using var speaker = new TestSpeaker("127.73.253.1");
        speaker.Peer(speaker.To("127.73.253.2") with { Passive = true });
        using var stranger = await RawPeer.ConnectAsync("127.73.253.9", speaker.Address);

        Assert.Null(await stranger.ReceiveAsync());
    }

    private static async Task ExpectAsync(JsonElement expected, TestSpeaker speaker, RawPeer peer)
    {
        if (expected.ValueKind == JsonValueKind.Object)
        {
            var reset = expected.GetProperty("reset");
            var answer = await peer.ReceiveNotificationAsync();
            Assert.Equal($"{reset[0]}/{reset[1]}", answer is null ? "closed" : $"{(byte)answer.Code}/{answer.Subcode}");
            return;
        }

        switch (expected.GetString())
        {
            case "treat-as-withdraw":
                await speaker.Loses("10.60.0.0/24");
                await speaker.Learns("10.50.0.0/24");
                break;
            case "accept" or "attribute-discard":
                await speaker.Learns("10.60.0.0/24");
                Assert.Equal(SessionState.Established, speaker.Speaker.Peers[0].State);
                break;
            case "baseline-gone":
                await speaker.Loses("10.50.0.0/24");
                break;
            case "closed":
                await TestSpeaker.Eventually(() => speaker.Speaker.Peers[0].LastError is "the peer says: cease: administrative shutdown, \"bye!\" (6/2)", () => $"{speaker.Speaker.Peers[0]}");
                break;
            default:
                await TestSpeaker.Eventually(() => speaker.Speaker.Peers[0].State == SessionState.Established, () => $"{speaker.Speaker.Peers[0]}");
                await Task.Delay(100, TestContext.Current.CancellationToken); // and it stays so
                Assert.True(speaker.Speaker.Peers[0] is { State: SessionState.Established, LastError: null }, $"{speaker.Speaker.Peers[0]}");
                break;
        }
    }
}
