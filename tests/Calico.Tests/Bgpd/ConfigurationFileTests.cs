using System.Net;
using System.Text;
using Calico.Bgp;
using Calico.Bgp.Policy;
using Calico.Bgp.Values;
using Calico.Bgpd.Configuration;

namespace Calico.Tests.Bgpd;

public sealed class ConfigurationFileTests
{
    private const string Peer = """{"address": "192.0.2.1", "asn": 65001}""";

    [Fact]
    public void A_whole_file_says_what_the_speaker_is_to_do()
    {
        var router = Parse("""
            {
              "asn": 64512, "routerId": "10.0.0.1", "listen": ["127.0.0.1:1790", "[::1]:1790"], "holdTime": 9, "clusterId": "10.0.0.9",
              "kernel": {"install": true, "table": 100, "keepOnExit": true},
              "peers": [
                {"name": "tor", "address": "192.0.2.1", "asn": 65001, "port": 1791, "passive": true, "families": ["ipv4"], "localAsn": 64999,
                 "nextHopSelf": true, "import": "all", "export": [{"action": "accept", "prefix": "10.0.0.0/8", "minLength": 24, "maxLength": 26}]},
                {"address": "fd00::2", "asn": 64512, "routeReflectorClient": true, "holdTime": 30, "nextHopUnchanged": true}
              ],
              "originate": ["10.1.0.0/26", "fd01::/64"]
            }
            """);

        var speaker = router.Speaker;
        Assert.Equal((64512u, IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.9")), (speaker.LocalAs, speaker.RouterId, speaker.ClusterId));
        Assert.Equal(["127.0.0.1:1790", "[::1]:1790"], speaker.Listen.Select(address => address.ToString()));
        Assert.Equal(["10.1.0.0/26", "fd01::/64"], speaker.Originated.Select(prefix => prefix.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(new KernelSettings { Install = true, Table = 100, KeepOnExit = true }, router.Kernel);
        Assert.Equal(("tor", 1791, true, 64999u, NextHopRule.Self), (speaker.Peers[0].Name, speaker.Peers[0].Port, speaker.Peers[0].Passive, speaker.Peers[0].LocalAs, speaker.Peers[0].NextHop));
        Assert.Equal((TimeSpan.FromSeconds(9), Family.IPv4Unicast), (speaker.Peers[0].HoldTime, Assert.Single(speaker.Peers[0].Families)));
        Assert.Equal(("fd00::2", TimeSpan.FromSeconds(30), NextHopRule.Unchanged), (speaker.Peers[1].Name, speaker.Peers[1].HoldTime, speaker.Peers[1].NextHop));
        Assert.True(speaker.Peers[1].RouteReflectorClient);
    }

    [Fact]
    public void Without_a_policy_an_external_peer_gets_and_gives_nothing()
    {
        var peers = Parse("""
            {"asn": 64512, "routerId": "10.0.0.1", "peers": [
              {"address": "192.0.2.1", "asn": 65001},
              {"address": "192.0.2.2", "asn": 64512},
              {"address": "192.0.2.3", "asn": 64512, "localAsn": 64999}]}
            """).Speaker.Peers;

        Assert.Equal([RoutePolicy.RejectAll, RoutePolicy.AcceptAll, RoutePolicy.RejectAll], peers.Select(peer => peer.Import));
        Assert.Equal([RoutePolicy.RejectAll, RoutePolicy.AcceptAll, RoutePolicy.RejectAll], peers.Select(peer => peer.Export));
    }

    [Fact]
    public void Rules_say_what_they_match_and_what_they_change()
    {
        var policy = Assert.IsType<RoutePolicy.Ordered>(Parse("""
            {"asn": 64512, "routerId": "10.0.0.1", "peers": [{"address": "192.0.2.1", "asn": 65001, "import": [
              {"action": "reject", "prefix": "10.9.0.0/16", "outside": true, "minLength": 24, "maxLength": 26},
              {"action": "continue", "communities": ["65000:80"], "largeCommunities": ["1:2:3"], "source": "peers", "peerType": "external", "fromPeer": "tor",
               "asPathPrefix": [65001, 7], "localPref": 5},
              {"action": "accept", "set": {"addCommunities": ["65000:1"], "addLargeCommunities": ["4:5:6"], "clearCommunities": true, "prepend": [64512], "localPref": 80, "med": 9}}]}]}
            """).Speaker.Peers[0].Import);

        Assert.Equal(
            [
                new PolicyRule(PolicyAction.Reject) { Match = new() { Within = IPNetwork.Parse("10.9.0.0/16"), IsOutside = true, MinLength = 24, MaxLength = 26 } },
                new PolicyRule(PolicyAction.Continue)
                {
                    Match = new()
                    {
                        Communities = [(65000u << 16) + 80], LargeCommunities = [new(1, 2, 3)], Origin = RouteOrigin.Peers, PeerIsInternal = false,
                        FromPeer = "tor", AsPathPrefix = [65001, 7], LocalPreference = 5,
                    },
                },
                new PolicyRule(PolicyAction.Accept)
                {
                    Set = new()
                    {
                        AddCommunities = [(65000u << 16) + 1], AddLargeCommunities = [new(4, 5, 6)], ClearsCommunities = true, Prepend = [64512],
                        LocalPreference = 80, MultiExitDiscriminator = 9,
                    },
                },
            ],
            policy.Rules);
    }

    [Theory]
    [InlineData("""{"action": "accept", "communities": ["65000"]}""", "import[0].communities[0]: is no community")]
    [InlineData("""{"action": "accept", "minLength": 8}""", "add \"prefix\"")]
    [InlineData("""{"action": "accept", "prefix": "10.0.0.0/8", "maxLength": 7}""", "write a whole number from 8 to 32")]
    [InlineData("""{"action": "reject", "set": {"med": 1}}""", "leave one of them out")]
    [InlineData("""{"action": "accept", "set": {"metric": 1}}""", "import[0].set: metric is no field here")]
    public void A_fault_in_a_rule_is_named_with_its_place(string rule, string expected)
    {
        var json = $$"""{"asn": 1, "routerId": "10.0.0.1", "peers": [{"address": "192.0.2.1", "asn": 2, "import": [{{rule}}]}]}""";

        Assert.Contains(expected, Assert.Throws<ConfigurationException>(() => Parse(json)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"routerId": "10.0.0.1"}""", "asn is missing")]
    [InlineData("""{"asn": 0, "routerId": "10.0.0.1"}""", "asn: is 0: write a whole number from 1 to 4294967295")]
    [InlineData("""{"asn": 1, "routerId": "fd00::1"}""", "routerId: is \"fd00::1\": write an IPv4 address other than 0.0.0.0")]
    [InlineData("""{"asn": 1, "routerId": "10.0.0.1", "port": 179}""", "port is no field here")]
    [InlineData("""{"asn": 1, "routerId": "10.0.0.1", "listen": ["10.0.0.1"]}""", "listen[0]: is \"10.0.0.1\": write ADDRESS:PORT")]
    [InlineData("""{"asn": 1, "routerId": "10.0.0.1", "kernel": {"install": "yes"}}""", "kernel.install: is \"yes\": write true or false")]
    [InlineData("""{"asn": 1, "routerId": "10.0.0.1", "peers": [{"asn": 2}]}""", "peers[0]: address is missing")]
    [InlineData("""{"asn": 1, "routerId": "10.0.0.1", "peers": [{"address": "x", "asn": 2}]}""", "peers[0].address: is \"x\": write an IPv4 or IPv6 address")]
    [InlineData("""{"asn": 1, "routerId": "10.0.0.1", "peers": [{"address": "192.0.2.1", "asn": 2, "import": "some"}]}""", "peers[0].import: is \"some\": write one of \"all\", \"none\"")]
    [InlineData("""{"asn": 1, "routerId": "10.0.0.1", "peers": [{"address": "192.0.2.1", "asn": 2, "holdTime": 2}]}""", "hold time")]
    [InlineData("""{"asn": 1, "routerId": "10.0.0.1", "peers": [{"address": "192.0.2.1", "asn": 2, "families": []}]}""", "peers[0].families: names no family")]
    [InlineData("""{"asn": 1, "routerId": "10.0.0.1", "originate": ["10.0.0.1/8"]}""", "originate[0]: is \"10.0.0.1/8\": write a prefix")]
    [InlineData("""{"asn": 1, "routerId": "10.0.0.1", "asn": 2}""", "is no valid JSON")]
    [InlineData("""{"asn": 1, "routerId": "10.0.0.1", "peers": [""" + Peer + "," + Peer + "]}", "2 peers with the name 192.0.2.1")]
    [InlineData("[1]", "is a list: write an object")]
    [InlineData("{", "is no valid JSON")]
    public void A_fault_is_named_with_its_place_and_what_to_do(string json, string expected)
    {
        var fault = Assert.Throws<ConfigurationException>(() => Parse(json));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var fault = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Read("/nowhere/router.json"));

        Assert.Contains("/nowhere/router.json", fault.Message, StringComparison.Ordinal);
    }

    private static RouterConfiguration Parse(string json) => ConfigurationFile.Parse(Encoding.UTF8.GetBytes(json));
}
