using System.Net;
using Calico.Calc.Evaluation;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Tests.Calc.Evaluation;

public sealed class HostCrossingTests
{
    private static readonly IPAddress A = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress B = IPAddress.Parse("10.0.1.1");
    private static readonly IPAddress SameHost = IPAddress.Parse("10.0.0.2");
    private static readonly IPAddress HostA = IPAddress.Parse("192.168.26.101");
    private static readonly IPAddress HostB = IPAddress.Parse("192.168.26.102");

    [Fact]
    public void A_policy_for_forwarded_traffic_stands_where_a_workloads_packet_leaves_its_host()
    {
        var cluster = Cluster(Policy(new() { ApplyOnForward = true, Egress = [Tcp(80, RuleAction.Deny)], Types = [PolicyType.Egress] }));

        var decision = cluster.Decide(Packet(A, B, 80));

        Assert.False(decision.IsAllowed);
        Assert.Equal("HostEndpoint(uplink) on host-a, forward", decision.AtSendersHost.ToString());
        Assert.Equal("GlobalNetworkPolicy(test) egress[0]", decision.AtSendersHost?.Decision.ToString());
        Assert.True(cluster.Decide(Packet(A, SameHost, 80)).IsAllowed);
    }

    [Fact]
    public void An_ordinary_policy_is_about_the_hosts_own_traffic_with_its_failsafe_ports()
    {
        var cluster = Cluster(Policy(new() { Ingress = [Tcp(80, RuleAction.Allow)], Types = [PolicyType.Ingress] }));

        Assert.True(cluster.Decide(Packet(HostB, HostA, 80)).IsAllowed);
        Assert.True(cluster.Decide(Packet(HostB, HostA, 22)).IsAllowed);
        Assert.Equal("end of tier default", cluster.Decide(Packet(HostB, HostA, 81)).AtReceiversHost?.Decision.ToString());
        Assert.True(cluster.Decide(Packet(B, A, 81)).IsAllowed);
    }

    [Fact]
    public void A_host_reaches_its_own_workloads_and_they_it_unless_the_configuration_says_otherwise()
    {
        var drop = new Resource<FelixConfigurationSpec>(Kinds.FelixConfiguration, new() { Name = "default" }, new() { DefaultEndpointToHostAction = EndpointToHostAction.Drop });

        Assert.True(Cluster().Decide(Packet(HostA, A, 81)).IsAllowed);
        Assert.True(Cluster().Decide(Packet(A, HostA, 81)).IsAllowed);
        Assert.Equal(DecisionCause.EndpointToHost, Cluster(drop).Decide(Packet(A, HostA, 81)).AtReceiversHost?.Decision.Cause);
        Assert.True(Cluster(drop).Decide(Packet(A, HostB, 81)).IsAllowed);
    }

    private static ClusterPolicy Cluster(params IResource[] more) => new(
    [
        Node("host-a", HostA), Node("host-b", HostB), Endpoint("a", "host-a", A), Endpoint("same", "host-a", SameHost), Endpoint("b", "host-b", B),
        new Resource<ProfileSpec>(Kinds.Profile, new() { Name = "open" }, new() { Ingress = [new() { Action = RuleAction.Allow }], Egress = [new() { Action = RuleAction.Allow }] }),
        new Resource<HostEndpointSpec>(
            Kinds.HostEndpoint,
            new() { Name = "uplink", Labels = Labels.Empty.With("host", "a") },
            new() { Node = "host-a", InterfaceName = "eth0", Profiles = ["open"] }),
        .. more,
    ]);

    private static Resource<NodeSpec> Node(string name, IPAddress address) => new(Kinds.Node, new() { Name = name }, new()
    {
        Bgp = new() { Ipv4Address = new InterfaceAddress(address, 24) },
        Interfaces = [new("eth0", [new InterfaceAddress(address, 24)])],
    });

    private static Resource<WorkloadEndpointSpec> Endpoint(string name, string node, IPAddress address) => new(
        Kinds.WorkloadEndpoint,
        new() { Name = name, Namespace = "default" },
        new() { Node = node, InterfaceName = "cali" + name, IpNetworks = [address.HostPrefix], Profiles = ["open"] });

    private static Resource<PolicySpec> Policy(PolicySpec spec) => new(Kinds.GlobalNetworkPolicy, new() { Name = "test" }, spec with { Selector = "host == 'a'" });

    private static Rule Tcp(ushort port, RuleAction action) => new() { Action = action, Protocol = Protocol.Tcp, Destination = new() { Ports = [new(port)] } };

    private static Packet Packet(IPAddress source, IPAddress destination, ushort port) =>
        new() { Source = source, Destination = destination, Protocol = Protocol.Tcp, DestinationPort = port };
}
