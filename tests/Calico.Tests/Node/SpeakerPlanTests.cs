using System.Collections.Immutable;
using System.Net;
using Calico.Bgp;
using Calico.Bgp.Policy;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Node.Bgp;

namespace Calico.Tests.Node;

public sealed class SpeakerPlanTests
{
    private static readonly IPNetwork Pool = IPNetwork.Parse("192.168.0.0/16");
    private static readonly IPNetwork Block = IPNetwork.Parse("192.168.1.0/26");

    [Fact]
    public void A_mesh_peer_is_told_of_everything_in_the_pools_and_a_router_outside_of_our_own_blocks_alone()
    {
        var plan = SpeakerPlan.Make(State(), [Pool]);

        Assert.Equal([Pool], Told(plan, "Mesh_10_0_0_2"));
        Assert.Equal([Block], Told(plan, "Global_10_0_0_9"));
    }

    [Fact]
    public void A_route_reflector_tells_a_router_outside_of_its_clients_blocks_too()
    {
        var plan = SpeakerPlan.Make(State() with { ClusterId = IPAddress.Parse("1.0.0.1") }, [Pool]);

        Assert.Equal([Pool], Told(plan, "Global_10_0_0_9"));
    }

    [Fact]
    public void The_same_state_read_again_changes_nothing()
    {
        var change = ConfigurationChange.Between(SpeakerPlan.Make(State(), [Pool]), SpeakerPlan.Make(State(), [Pool]));

        Assert.Empty(change.Reset);
        Assert.Empty(change.Adjusted);
    }

    [Fact]
    public void A_peer_whose_password_is_not_there_stays_shut()
    {
        var key = new SecretKeyReference { Name = "rack", Key = "password" };
        var state = State();
        state = state with { Peers = state.Peers.SetItem("Mesh_10_0_0_2", state.Peers["Mesh_10_0_0_2"] with { Password = key }) };

        var without = SpeakerPlan.Make(state, [Pool]).Peers.Single(peer => peer.Name == "Mesh_10_0_0_2");
        var with = SpeakerPlan.Make(state, [Pool], new Dictionary<SecretKeyReference, string> { [key] = "s3cret" }).Peers.Single(peer => peer.Name == "Mesh_10_0_0_2");

        Assert.NotNull(without.Shutdown);
        Assert.Equal((null, "s3cret"), (with.Shutdown, with.Password));
    }

    [Fact]
    public void What_a_BGPPeer_may_change_while_the_session_stands_resets_nothing()
    {
        var state = State();
        var before = SpeakerPlan.Make(state, [Pool]);
        var peer = state.Peers["Global_10_0_0_9"];
        var changed = state with
        {
            Peers = state.Peers.SetItem("Global_10_0_0_9", peer with
            {
                AllowedLocalAs = 2,
                TtlSecurity = 3,
                MaxRestartTime = TimeSpan.FromSeconds(60),
                KeepaliveTime = TimeSpan.FromSeconds(5),
                NextHop = BgpNextHopMode.Self,
                MaxPrefixes = 100,
                Bfd = new(),
            }),
        };

        var change = ConfigurationChange.Between(before, SpeakerPlan.Make(changed, [Pool]));

        Assert.Empty(change.Reset);
        Assert.Equal(["Global_10_0_0_9"], change.Adjusted.Select(adjusted => adjusted.Name));
    }

    private static IEnumerable<IPNetwork> Told(SpeakerConfiguration plan, string peer) =>
        Assert.IsType<RoutePolicy.Prefixes>(plan.Peers.Single(found => found.Name == peer).Export).Rules.Select(rule => rule.Within);

    private static BgpState State() => new()
    {
        LocalAs = AsNumber.Default,
        RouterId = IPAddress.Parse("10.0.0.1"),
        ListenPort = 179,
        Originated = [Block],
        Peers = new[] { Peer("Mesh_10_0_0_2", "10.0.0.2", 64512), Peer("Global_10_0_0_9", "10.0.0.9", 65001) }.ToImmutableDictionary(peer => peer.Name),
    };

    private static BgpPeering Peer(string name, string address, uint asNumber) => new()
    {
        Name = name,
        Type = name.StartsWith("Mesh", StringComparison.Ordinal) ? BgpPeeringType.Mesh : BgpPeeringType.Global,
        Address = IPAddress.Parse(address),
        As = new(asNumber),
        LocalAs = AsNumber.Default,
        LocalAddress = IPAddress.Parse("10.0.0.1"),
    };
}
