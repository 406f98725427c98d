using System.Net;
using Calico.Calc;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;
using FsCheck;
using FsCheck.Fluent;
using static Calico.Tests.Calc.Store;

namespace Calico.Tests.Calc;

public sealed class PathIndependenceTests
{
    private const string Host = "vms100";

    private static readonly Port Http = Port.TryParse("http", out var port) ? port : default;

    /// <summary>A small world in which things collide often: few names, few labels, the same addresses.</summary>
    private static readonly StoreChange[] World =
    [
        NetworkProfile("net1"),
        NetworkProfile("net2"),
        Put(Kinds.Profile, "net1", new ProfileSpec { LabelsToApply = Label("net", "net2"), Ingress = [new() { Action = RuleAction.Allow }] }),
        .. from name in new[] { "a", "b", "c" }
           from host in new[] { Host, "vms101" }
           from address in new[] { "10.0.0.1", "10.0.0.2", "fd00::1" }
           from profile in new[] { "net1", "net2" }
           select Endpoint(name, host, address, profile, Label("role", name + profile)),
        Put(Kinds.GlobalNetworkSet, "set", new NetworkSetSpec { Nets = [IPNetwork.Parse("10.0.0.1/32"), IPNetwork.Parse("8.0.0.0/8")] }, labels: Label("net", "net1")),
        Put(Kinds.NetworkSet, "set", new NetworkSetSpec { Nets = [IPNetwork.Parse("9.0.0.0/8")] }, "default", Label("net", "net2")),
        GlobalPolicy("p", new() { Selector = "net == 'net1'", Ingress = [new() { Action = RuleAction.Deny, Source = new() { Selector = "net == 'net2'" } }] }),
        GlobalPolicy("p", new() { Selector = "net == 'net2'", Order = 1, Egress = [new() { Action = RuleAction.Pass }] }),
        GlobalPolicy("q", new() { Selector = "broken" }),
        GlobalPolicy("q", new() { Tier = "t", Ingress = [new() { Action = RuleAction.Allow, Source = new() { NotSelector = "role == 'anet1'" } }] }),
        Put(Kinds.NetworkPolicy, "p", new PolicySpec { Ingress = [new() { Action = RuleAction.Allow, Source = new() { Selector = "has(role)" } }] }, "default"),
        Put(Kinds.Tier, "t", new TierSpec { Order = 3 }),
        Put(Kinds.Tier, "t", new TierSpec { DefaultAction = RuleAction.Pass }),
        Put(Kinds.IPPool, "pool", new IPPoolSpec { Cidr = IPNetwork.Parse("10.0.0.0/16") }),
        Put(Kinds.IPPool, "pool", new IPPoolSpec { Cidr = IPNetwork.Parse("10.0.0.0/16"), DisableBGPExport = true, NatOutgoing = true }),
        Affinity(Host, "10.0.0.0/30"),
        Affinity(Host, "10.0.0.0/30", AffinityState.PendingDeletion),
        Affinity("vms101", "10.0.1.0/30"),
        .. from name in new[] { Host, "vms101", "vms102" }
           from cluster in new[] { null, IPAddress.Parse("1.1.1.1") }
           select Put(Kinds.Node, name, new NodeSpec
           {
               Bgp = new() { Ipv4Address = new(IPAddress.Parse($"192.168.26.{name[3..]}"), 24), RouteReflectorClusterID = cluster },
           }, labels: Label("rr", cluster is null ? "no" : "yes")),
        .. from name in new[] { "a", "b" }
           from host in new[] { Host, "vms101" }
           from port in new ushort[] { 80, 8080 }
           select Put(
               Kinds.HostEndpoint,
               "h" + name,
               new HostEndpointSpec { Node = host, InterfaceName = "eth0", ExpectedIPs = [IPAddress.Parse("10.0.0.2")], Ports = [new() { Name = "http", Protocol = Protocol.Tcp, Port = port }] },
               labels: Label("role", name)),
        .. from flags in new (bool Forward, bool Early, bool Untracked)[] { (false, false, false), (true, false, false), (true, true, false), (true, false, true) }
           select GlobalPolicy("hosts", new() { Selector = "role in {'a', 'anet1'}", ApplyOnForward = flags.Forward, PreDNAT = flags.Early, DoNotTrack = flags.Untracked }),
        .. from selector in new[] { "all()", "role == 'a'", "has(role)", "net == 'net2'" }
           select GlobalPolicy("ports", new() { Ingress = [new() { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Destination = new() { Selector = selector, Ports = [Http] } }] }),
        .. from action in Enum.GetValues<StagedAction>()
           from order in new double?[] { null, 1 }
           select Put(Kinds.StagedGlobalNetworkPolicy, "ports", new PolicySpec { StagedAction = action, Order = order, Selector = "net == 'net1'", Ingress = [new() { Action = RuleAction.Deny }] }),
        Put(Kinds.FelixConfiguration, "default", new FelixConfigurationSpec { DefaultEndpointToHostAction = EndpointToHostAction.Drop }),
        Put(Kinds.FelixConfiguration, "node." + Host, new FelixConfigurationSpec { ExistingConnections = ExistingConnections.Terminate }),
        Put(Kinds.FelixConfiguration, "some", new FelixConfigurationSpec { NodeSelector = "rr == 'yes'", FailsafeInboundHostPorts = [], LogPrefix = "some" }),
        Put(Kinds.FelixConfiguration, "others", new FelixConfigurationSpec { NodeSelector = "rr ==", LogPrefix = "none" }),
        Put(Kinds.BgpConfiguration, "default", new BgpConfigurationSpec { NodeToNodeMeshEnabled = false, AsNumber = new AsNumber(65000) }),
        Put(Kinds.BgpConfiguration, "node.vms101", new BgpConfigurationSpec { ListenPort = 1790 }),
        Put(Kinds.BgpPeer, "rr", new BgpPeerSpec { NodeSelector = "rr == 'no'", PeerSelector = "rr == 'yes'" }),
        Put(Kinds.BgpPeer, "tor", new BgpPeerSpec { PeerIp = "192.168.26.2", AsNumber = new AsNumber(64999) }),
    ];

    [Fact]
    public void Output_is_the_same_whatever_the_path_to_it()
    {
        var step = from change in Gen.Elements(World)
                   from gone in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
                   from flush in Gen.Elements(true, false)
                   select (Change: gone ? Gone(change) : change, Flush: flush);
        Prop.ForAll(step.ListOf().ToArbitrary(), steps =>
        {
            var path = new CalculationGraph(Host);
            foreach (var (change, flush) in steps)
            {
                path.Apply(change);
                if (flush)
                    path.Flush();
            }

            var straight = new CalculationGraph(Host);
            straight.Apply(steps.Select(taken => taken.Change).GroupBy(change => change.Name).Select(group => group.Last()).Reverse());
            Assert.Equal(Describe(straight.Flush()), Describe(path.Flush()));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(80));
    }

    private static string Describe(Calculation calculation)
    {
        var (host, bgp, problems) = calculation;
        return string.Join('\n',
        [
            .. host.Endpoints.Values.Select(endpoint => endpoint.ToString()).Order(),
            .. host.Rules.Select(rules => rules.ToString()).Order(),
            .. host.AddressSets.Select(set => $"{set.Key} {string.Join(' ', set.Value.Select(address => address.ToString()).Order())}").Order(),
            .. host.HostEndpoints.Values.Select(endpoint => endpoint.ToString()).Order(),
            .. host.Endpoints.Values.Select(endpoint => $"{endpoint.Interface} {string.Join(' ', endpoint.Ingress.Concat(endpoint.Egress).Select(tier => tier.Preview))}").Order(),
            .. host.PortSets.Select(set => $"{set.Key} {string.Join(' ', set.Value.Select(port => port.ToString()).Order())}").Order(),
            host.Settings.ToString(),
            Describe(host.LocalBlocks), Describe(host.Pools), Describe(host.NatOutgoingPools),
            bgp is null ? "no BGP" : $"{bgp.LocalAs} {bgp.RouterId} {bgp.ListenPort} {bgp.ClusterId} {Describe(bgp.Originated)}",
            .. bgp?.Peers.Values.Select(peer => peer.ToString()).Order() ?? Enumerable.Empty<string>(),
            .. problems,
        ]);
    }

    private static string Describe(IEnumerable<IPNetwork> networks) => string.Join(' ', networks.Select(network => network.ToString()).Order());
}
