using System.Net;
using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;

namespace Calico.Tests.Bgp;

/// <summary>Each message both ways: the frame and the value.</summary>
public sealed class MessageTests
{
    private const string Marker = "ffffffffffffffffffffffffffffffff  marker\n";

    private static readonly CodecOptions Internal = new(FourOctetAs: true, IsInternal: true, PeerAs: 64512);

    private static readonly CodecOptions External = new(FourOctetAs: true, IsInternal: false, PeerAs: 65001);

    private static readonly string OpenFrame = Marker + """
        0045 01             length 69, OPEN
        04 5ba0 005a        version 4, AS_TRANS, hold time 90
        c0a81a64            identifier 192.168.26.100
        28                  40 octets of parameters
        02 26               capabilities
        01 04 0001 00 01    IPv4 unicast
        01 04 0002 00 01    IPv6 unicast
        02 00               route refresh
        40 0a 8078          graceful restart: restarted, 120 s
           0001 01 80       IPv4 unicast, forwarding preserved
           0002 01 00       IPv6 unicast, lost
        41 04 fa56ea01      AS 4200000001
        49 04 03 666f6f     software version, which is nothing to us
        """;

    private static readonly OpenMessage Open = new(4200000001, 90, IPAddress.Parse("192.168.26.100"),
    [
        new Capability.Multiprotocol(Family.IPv4Unicast),
        new Capability.Multiprotocol(Family.IPv6Unicast),
        new Capability.RouteRefresh(),
        new Capability.GracefulRestart(true, TimeSpan.FromSeconds(120), [new(Family.IPv4Unicast, true), new(Family.IPv6Unicast, false)]),
        new Capability.FourOctetAs(4200000001),
        new Capability.Unknown(0x49, [3, (byte)'f', (byte)'o', (byte)'o']),
    ]);

    private static readonly string ClassicFrame = Marker + """
        0044 02             length 68, UPDATE
        0005                5 octets withdrawn
        1a 0a010040         10.1.0.64/26
        0022                34 octets of attributes
        40 01 01 00         ORIGIN IGP
        40 02 06 02 01 0000fde9   AS_PATH 65001
        40 03 04 0a630201   NEXT_HOP 10.99.2.1
        80 04 04 00000007   MED 7
        c0 08 04 fde90001   COMMUNITIES 65001:1
        1a 0a010000         10.1.0.0/26
        00                  0.0.0.0/0
        """;

    private static readonly string MultiprotocolFrame = Marker + """
        004f 02             length 79, UPDATE
        0000                none withdrawn in the old way
        0038                56 octets of attributes
        90 0f 0008          MP_UNREACH
           0002 01 20 fd000001   fd00:1::/32
        90 0e 001a          MP_REACH
           0002 01          IPv6 unicast
           10 fd990000000000000000000000000002   next hop fd99::2
           00 20 fd000002   fd00:2::/32
        40 01 01 00         ORIGIN IGP
        40 02 00            AS_PATH empty
        40 05 04 00000064   LOCAL_PREF 100
        """;

    [Fact]
    public void Open_both_ways() => BothWays(OpenFrame, Open, CodecOptions.BeforeOpen);

    [Fact]
    public void Keepalive_both_ways() => BothWays(Marker + "0013 04", KeepaliveMessage.Instance, CodecOptions.BeforeOpen);

    [Fact]
    public void Notification_both_ways() =>
        BothWays(Marker + "0017 03 02 02 fde9", new NotificationMessage(ErrorCode.Open, 2, 0xfd, 0xe9), CodecOptions.BeforeOpen);

    [Fact]
    public void Route_refresh_both_ways() => BothWays(Marker + "0017 05 0002 00 01", new RouteRefreshMessage(Family.IPv6Unicast), Internal);

    [Fact]
    public void Update_of_IPv4_both_ways()
    {
        var attributes = new PathAttributes
        {
            Origin = Origin.Igp,
            AsPath = AsPath.Empty.Prepend(65001),
            NextHop = IPAddress.Parse("10.99.2.1"),
            MultiExitDiscriminator = 7,
            Communities = [0xfde90001],
        };
        BothWays(ClassicFrame, new UpdateMessage([Prefix("10.1.0.64/26")], [new(attributes, [Prefix("10.1.0.0/26"), Prefix("0.0.0.0/0")])]), External);
    }

    [Fact]
    public void Update_of_IPv6_both_ways()
    {
        var attributes = new PathAttributes { Origin = Origin.Igp, NextHop = IPAddress.Parse("fd99::2"), LocalPreference = 100 };
        BothWays(MultiprotocolFrame, new UpdateMessage([Prefix("fd00:1::/32")], [new(attributes, [Prefix("fd00:2::/32")])]), Internal);
    }

    [Fact]
    public void End_of_rib_both_ways()
    {
        BothWays(Marker + "0017 02 0000 0000", UpdateMessage.EndOf(Family.IPv4Unicast), Internal);
        BothWays(Marker + "001e 02 0000 0007 90 0f 0003 0002 01", UpdateMessage.EndOf(Family.IPv6Unicast), Internal);
    }

    [Fact]
    public void A_path_too_wide_for_two_octets_comes_through_an_old_speaker_whole()
    {
        var old = new CodecOptions(FourOctetAs: false, IsInternal: true, PeerAs: 64512);
        var path = AsPath.Empty.Prepend(4200000001).Prepend(65001).Prepend(4200000002);
        var attributes = new PathAttributes { Origin = Origin.Igp, AsPath = path, NextHop = IPAddress.Parse("10.0.0.1"), Aggregator = new(4200000001, IPAddress.Parse("10.0.0.9")) };
        var message = new UpdateMessage([], [new(attributes, [Prefix("10.0.0.0/8")])]);

        Assert.Equal(message, Decode(Encode(message, old), old));
    }

    [Fact]
    public void Parameters_longer_than_one_octet_can_say_go_both_ways()
    {
        var capabilities = Enumerable.Range(100, 20).Select(code => (Capability)new Capability.Unknown((byte)code, new byte[30].ToValueArray()));
        var open = Open with { Capabilities = [.. Open.Capabilities, .. capabilities] };

        Assert.Equal(open, Decode(Encode(open, CodecOptions.BeforeOpen), CodecOptions.BeforeOpen));
    }

    [Fact]
    public void A_shutdown_text_is_told_on_one_line() => Assert.Equal(
        "cease: administrative shutdown, \"back at  8\" (6/2)",
        new NotificationMessage(ErrorCode.Cease, 2, "\u000aback at \n8"u8).ToString());

    [Theory]
    [InlineData("0012 04", "1/2 0012")]
    [InlineData("1001 02", "1/2 1001")]
    [InlineData("ffff 02", "1/2 ffff")]
    [InlineData("001c 01", "1/2 001c")]
    [InlineData("0016 02", "1/2 0016")]
    [InlineData("0014 03", "1/2 0014")]
    [InlineData("0014 04", "1/2 0014")]
    [InlineData("0013 00", "1/3 00")]
    [InlineData("0013 06", "1/3 06")]
    [InlineData("0013 ff", "1/3 ff")]
    [InlineData("001d 01 03 fde9 005a 0a630001 00", "2/1 0004")]
    [InlineData("001d 01 04 0000 005a 0a630001 00", "2/2 ")]
    [InlineData("001d 01 04 fde9 005a 00000000 00", "2/3 ")]
    [InlineData("001d 01 04 fde9 0002 0a630001 00", "2/6 ")]
    [InlineData("001d 01 04 fde9 005a 0a630001 04", "2/0 ")]
    [InlineData("0020 01 04 fde9 005a 0a630001 03 01 01 00", "2/4 ")]
    [InlineData("0021 01 04 fde9 005a 0a630001 04 02 02 41 04", "2/0 ")]
    [InlineData("001f 01 04 fde9 005a 0a630001 02 ff ff", "2/0 ")]
    [InlineData("0016 05 000100", "7/1 000100")]
    [InlineData("0017 02 ffff 0000", "3/1 ")]
    [InlineData("0017 02 0000 0001", "3/1 ")]
    [InlineData("0018 02 0000 0000 21", "3/10 ")]
    [InlineData("0019 02 0002 180a 0000", "3/10 ")]
    public void What_ends_the_session_is_answered_as_the_RFC_says(string afterMarker, string answer)
    {
        var fault = Assert.Throws<BgpProtocolException>(() => Decode(Hex.Bytes(Marker + afterMarker), External)).Answer;

        Assert.Equal(answer, $"{(byte)fault.Code}/{fault.Subcode} {Convert.ToHexStringLower(fault.Payload.AsSpan())}");
    }

    [Fact]
    public void A_frame_is_told_only_when_it_is_whole()
    {
        var frame = Hex.Bytes(OpenFrame);
        for (var length = 0; length < frame.Length; length++)
            Assert.Equal(0, BgpMessage.Frame(frame.AsSpan(0, length)));

        Assert.Equal(frame.Length, BgpMessage.Frame([.. frame, 1, 2, 3]));
    }

    internal static byte[] Encode(BgpMessage message, CodecOptions options)
    {
        var buffer = new byte[BgpMessage.MaxLength];
        return buffer[..message.Encode(buffer, options)];
    }

    internal static BgpMessage Decode(byte[] frame, CodecOptions options) => BgpMessage.Decode(frame.AsSpan(0, BgpMessage.Frame(frame)), options);

    private static Prefix Prefix(string text) => new(IPNetwork.Parse(text));

    private static void BothWays(string annotated, BgpMessage message, CodecOptions options)
    {
        var frame = Hex.Bytes(annotated);

        Assert.Equal(message, Decode(frame, options));
        Assert.Equal(Convert.ToHexString(frame), Convert.ToHexString(Encode(message, options)));
    }
}
