using System.Text;
using Calico.Bgp;
using Calico.Bgpd.Configuration;

namespace Calico.Tests.Bgpd;

/// <summary>What calico-bgpd's file can ask of a session.</summary>
public sealed class SessionFieldsTests
{
    [Fact]
    public void Everything_that_a_session_can_be_asked_for_is_read()
    {
        var peer = Assert.Single(Parse("""
            {"address": "10.0.0.2", "asn": 65002, "password": "secret", "ttlSecurity": 1, "maxPrefixes": 100, "gracefulRestart": "helper", "restartTime": 60,
             "longLivedStaleTime": 3600, "notificationRestart": true, "bfd": {"intervalMs": 100, "multiplier": 5}, "role": "customer", "strictRole": true,
             "keepaliveTime": 10, "shutdown": "moving"}
            """).Peers);

        Assert.Equal(("secret", 1, new PrefixLimit(100, PrefixLimitAction.Restart)), (peer.Password, peer.TtlSecurity, peer.Limit));
        Assert.Equal((GracefulRestartMode.Helper, TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), true),
            (peer.GracefulRestart, peer.RestartTime, peer.LongLivedStaleTime, peer.NotificationRestart));
        Assert.Equal((new BfdSettings(TimeSpan.FromMilliseconds(100), 5), BgpRole.Customer, true), (peer.Bfd, peer.Role, peer.StrictRole));
        Assert.Equal((TimeSpan.FromSeconds(10), "moving"), (peer.KeepaliveTime, peer.Shutdown));
    }

    [Fact]
    public void A_range_is_read_in_place_of_an_address()
    {
        var speaker = Parse("""{"name": "rack", "range": "10.0.0.0/24", "asn": 65002, "rangeLimit": 20, "maxPrefixes": {"maximum": 5, "action": "shut", "warnAt": 50}}""");

        Assert.Empty(speaker.Peers);
        var range = Assert.Single(speaker.Ranges);
        Assert.Equal(("rack", "10.0.0.0/24", 20), (range.Name, $"{range.Addresses}", range.Limit));
        Assert.Equal(new PrefixLimit(5, PrefixLimitAction.Shut) { WarnAt = 50 }, range.Peer.Limit);
    }

    [Theory]
    [InlineData("""{"address": "10.0.0.2", "range": "10.0.0.0/24", "asn": 1}""", "peers[0]: address and range contradict each other: give one of them")]
    [InlineData("""{"asn": 1}""", "peers[0]: address is missing")]
    [InlineData("""{"address": "10.0.0.2", "asn": 1, "holdTime": 1}""", "hold time")]
    public void What_cannot_be_used_is_refused_with_its_place(string peer, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Parse(peer)).Message, StringComparison.Ordinal);

    private static SpeakerConfiguration Parse(string peer) =>
        ConfigurationFile.Parse(Encoding.UTF8.GetBytes($$"""{"asn": 65001, "routerId": "10.0.0.1", "peers": [{{peer}}]}""")).Speaker;
}
