using System.Net;
using Calico.Calc;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;
using Calico.Model.Store;
using Calico.Model.Values;
using static Calico.Tests.Calc.Store;

namespace Calico.Tests.Calc;

/// <summary>Named ports, host endpoints, staged policies, settings.</summary>
public sealed class PolicyCalculationTests
{
    private const string Host = "vms100";

    private static readonly Port Http = Port.TryParse("http", out var port) ? port : default;

    [Fact]
    public void A_named_port_stands_for_the_ports_of_that_name_at_the_selected_endpoints()
    {
        var (host, problems) = Calculate(
            NetworkProfile("net1"),
            Endpoint("a", Host, "10.0.0.1"),
            WithPort("b", "10.0.1.1", "x", Protocol.Tcp, 8080),
            WithPort("c", "10.0.1.2", "x", Protocol.Udp, 53),
            WithPort("d", "10.0.1.3", "y", Protocol.Tcp, 80),
            GlobalPolicy("p", new()
            {
                Egress =
                [
                    new() { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Destination = new() { Selector = "role == 'x'", Ports = [Http] } },
                    new() { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Destination = new() { Selector = "role == 'x'", Ports = [Http, new(9)] } },
                    new() { Action = RuleAction.Allow, Destination = new() { NotPorts = [Http] } },
                ],
            }));

        Assert.Empty(problems);
        var rules = host.Rules[new("GlobalNetworkPolicy", Namespace: null, "p")].Egress;
        Assert.Equal(PortSetId.Of(Selector.Parse("role == 'x'"), Protocol.Tcp, "http"), Assert.Single(rules[0].Destination.NamedPorts));
        Assert.Equal([new AddressPort(IPAddress.Parse("10.0.1.1"), Protocol.Tcp, 8080)], host.PortSets[rules[0].Destination.NamedPorts[0]]);
        Assert.Empty(rules[0].Destination.Sets);
        Assert.Single(rules[1].Destination.Sets);
        Assert.Equal(2, host.PortSets[Assert.Single(rules[2].Destination.NotNamedPorts)].Count);
    }

    [Fact]
    public void A_port_name_that_nobody_declares_is_reported_until_somebody_does()
    {
        var graph = new CalculationGraph(Host);
        graph.Apply(
        [
            NetworkProfile("net1"),
            Endpoint("a", Host, "10.0.0.1"),
            GlobalPolicy("p", new() { Ingress = [new() { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Destination = new() { Ports = [Http] } }] }),
        ]);
        Assert.Contains("declares the TCP port 'http'", Assert.Single(graph.Flush().Problems), StringComparison.Ordinal);

        graph.Apply(WithPort("b", "10.0.1.1", "x", Protocol.Tcp, 8080));

        Assert.Empty(graph.Flush().Problems);
    }

    [Fact]
    public void A_rule_that_asks_for_a_service_or_http_never_allows_and_is_reported()
    {
        var (host, problems) = Calculate(
            NetworkProfile("net1"),
            Endpoint("a", Host, "10.0.0.1"),
            GlobalPolicy("p", new()
            {
                Ingress =
                [
                    new() { Action = RuleAction.Allow, Http = new() { Methods = ["GET"] } },
                    new() { Action = RuleAction.Allow, Source = new() { Services = new() { Name = "web", Namespace = "default" } } },
                    new() { Action = RuleAction.Deny, Source = new() { Services = new() { Name = "web", Namespace = "default" } } },
                ],
            }));

        Assert.Equal(RuleAction.Deny, Assert.Single(host.Rules[new("GlobalNetworkPolicy", Namespace: null, "p")].Ingress).Action);
        Assert.Equal(3, problems.Count);
        Assert.Contains(problems, problem => problem.Contains("ingress[0].http", StringComparison.Ordinal));
    }

    [Fact]
    public void Service_accounts_are_selected_by_name_and_by_the_labels_that_their_profile_gives()
    {
        var (host, problems) = Calculate(
            NetworkProfile("net1"),
            Put(Kinds.Profile, "ksa.default.web", new ProfileSpec { LabelsToApply = Label("pcsa.role", "web") }),
            Put(Kinds.Profile, "ksa.default.db", new ProfileSpec { LabelsToApply = Label("pcsa.role", "db") }),
            Running("a", "10.0.0.1", "web"),
            Running("b", "10.0.0.2", "db"),
            GlobalPolicy("p", new()
            {
                ServiceAccountSelector = "role == 'db'",
                Ingress =
                [
                    new() { Action = RuleAction.Allow, Source = new() { ServiceAccounts = new() { Names = ["web"] } } },
                    new() { Action = RuleAction.Allow, Source = new() { ServiceAccounts = new() { Names = ["web", "db"], Selector = "role == 'db'" } } },
                ],
            }));

        Assert.Empty(problems);
        var rules = host.Rules[new("GlobalNetworkPolicy", Namespace: null, "p")].Ingress;
        Assert.Equal([IPNetwork.Parse("10.0.0.1/32")], host.AddressSets[Assert.Single(rules[0].Source.Sets)]);
        Assert.Equal([IPNetwork.Parse("10.0.0.2/32")], host.AddressSets[Assert.Single(rules[1].Source.Sets)]);
        Assert.Equal([false, true], host.Endpoints.Values.OrderBy(endpoint => endpoint.Id, StringComparer.Ordinal).Select(endpoint => endpoint.Ingress.Any(tier => tier.Policies.Count > 0)));
    }

    [Fact]
    public void A_host_endpoint_has_each_policy_at_its_stage_and_none_of_a_namespace()
    {
        var (host, _) = Calculate(
            Put(Kinds.HostEndpoint, "eth0", new HostEndpointSpec { Node = Host, InterfaceName = "eth0", Profiles = ["p"] }, labels: Label("role", "edge")),
            Put(Kinds.HostEndpoint, "other", new HostEndpointSpec { Node = "vms101", InterfaceName = "eth0" }, labels: Label("role", "edge")),
            Put(Kinds.NetworkPolicy, "spaced", new PolicySpec(), "default"),
            GlobalPolicy("normal", new() { Selector = "role == 'edge'", Order = 2 }),
            GlobalPolicy("forward", new() { ApplyOnForward = true, Order = 1, Types = [PolicyType.Egress] }),
            GlobalPolicy("early", new() { ApplyOnForward = true, PreDNAT = true }),
            GlobalPolicy("raw", new() { ApplyOnForward = true, DoNotTrack = true, Types = [PolicyType.Ingress, PolicyType.Egress] }),
            GlobalPolicy("elsewhere", new() { Selector = "role == 'core'" }));

        var endpoint = Assert.Single(host.HostEndpoints).Value;
        Assert.Equal(["normal"], Names(endpoint.Normal.Ingress));
        Assert.Equal(["forward"], Names(endpoint.Normal.Egress));
        Assert.Empty(endpoint.Forward.Ingress);
        Assert.Equal(["forward"], Names(endpoint.Forward.Egress));
        Assert.Equal(["early"], Names(endpoint.PreDnat.Ingress));
        Assert.Empty(endpoint.PreDnat.Egress);
        Assert.Equal(["raw"], Names(endpoint.Untracked.Ingress));
        Assert.Equal(["raw"], Names(endpoint.Untracked.Egress));
    }

    [Fact]
    public void A_host_endpoint_is_selected_by_rules_through_the_addresses_it_is_expected_to_have()
    {
        var (host, _) = Calculate(
            NetworkProfile("net1"),
            Endpoint("a", Host, "10.0.0.1"),
            Put(Kinds.HostEndpoint, "eth0", new HostEndpointSpec { Node = "vms101", ExpectedIPs = [IPAddress.Parse("192.168.0.1")] }, labels: Label("role", "edge")),
            GlobalPolicy("p", new() { Ingress = [new() { Action = RuleAction.Allow, Source = new() { Selector = "role == 'edge'" } }] }));

        Assert.Equal([IPNetwork.Parse("192.168.0.1/32")], host.AddressSets[Selector.Parse("role == 'edge'").Id]);
    }

    [Fact]
    public void A_staged_policy_is_previewed_in_place_of_the_one_it_stands_for_and_enforced_nowhere()
    {
        var allow = new PolicySpec { Order = 1, Ingress = [new() { Action = RuleAction.Allow }] };
        StoreChange[] world = [Endpoint("a", Host, "10.0.0.1", "projectcalico-default-allow"), GlobalPolicy("p", allow), GlobalPolicy("q", allow with { Order = 2 })];
        var deny = new PolicySpec { Order = 3, Ingress = [new() { Action = RuleAction.Deny }] };

        Assert.Equal("p q, preview q staged-p", Tier([.. world, Staged("p", deny)]));
        Assert.Equal("p q, preview q", Tier([.. world, Staged("p", new() { StagedAction = StagedAction.Delete })]));
        Assert.Equal("p q, preview p q", Tier([.. world, Staged("p", deny with { StagedAction = StagedAction.Ignore })]));
        Assert.Equal("p q, preview q", Tier([.. world, Staged("p", deny with { Selector = "role == 'nobody'" })]));
        Assert.Equal(", preview staged-p", Tier([world[0], Staged("p", deny)]));

        static StoreChange Staged(string name, PolicySpec spec) => Put(Kinds.StagedGlobalNetworkPolicy, name, spec);
        static string Tier(params StoreChange[] changes)
        {
            var tier = Assert.Single(Calculate(changes).Host.Endpoints["calia"].Ingress);
            return $"{string.Join(' ', tier.Policies.Select(policy => policy.Name))}, preview {string.Join(' ', tier.Preview.Select(policy => policy.IsStaged ? "staged-" + policy.Name : policy.Name))}";
        }
    }

    [Fact]
    public void A_nodes_settings_win_over_selected_ones_and_those_over_the_clusters_field_by_field()
    {
        var (host, _) = Calculate(
            Put(Kinds.Node, Host, new NodeSpec(), labels: Label("rack", "1")),
            Put(Kinds.FelixConfiguration, "default", new FelixConfigurationSpec { LogPrefix = "cluster", DefaultEndpointToHostAction = EndpointToHostAction.Drop, NftablesFilterDenyAction = DenyAction.Reject }),
            Put(Kinds.FelixConfiguration, "rack", new FelixConfigurationSpec { NodeSelector = "rack == '1'", LogPrefix = "rack", DefaultEndpointToHostAction = EndpointToHostAction.Accept }),
            Put(Kinds.FelixConfiguration, "node." + Host, new FelixConfigurationSpec { LogPrefix = "node", FailsafeInboundHostPorts = [new() { Protocol = "udp", Port = 7 }] }),
            Put(Kinds.FelixConfiguration, "node.vms101", new FelixConfigurationSpec { ExistingConnections = ExistingConnections.Terminate }));

        Assert.Equal(
            HostSettings.Default with
            {
                LogPrefix = "node",
                EndpointToHostAction = EndpointToHostAction.Accept,
                DenyAction = DenyAction.Reject,
                FailsafeInbound = [new(Protocol.Udp, 7, Net: null)],
            },
            host.Settings);
    }

    [Fact]
    public void An_edit_of_rules_alone_leaves_endpoints_and_other_sets_as_the_objects_they_were()
    {
        var graph = new CalculationGraph(Host);
        graph.Apply([NetworkProfile("net1"), Endpoint("a", Host, "10.0.0.1"), GlobalPolicy("p", Allow("net == 'net1'"))]);
        var before = graph.Flush().Host;

        graph.Apply(GlobalPolicy("p", Allow("has(other)")));
        var after = graph.Flush().Host;

        Assert.Same(before.Endpoints, after.Endpoints);
        var net1 = Selector.Parse("net == 'net1'").Id;
        Assert.Same(before.AddressSets[net1], after.AddressSets[net1]);
        Assert.True(after.AddressSets.ContainsKey(Selector.Parse("has(other)").Id));

        static PolicySpec Allow(string selector) => new() { Ingress = [new() { Action = RuleAction.Allow, Source = new() { Selector = selector } }] };
    }

    private static StoreChange WithPort(string name, string address, string role, Protocol protocol, ushort port)
    {
        var change = Endpoint(name, "vms101", address, labels: Label("role", role));
        var endpoint = Assert.IsType<Resource<WorkloadEndpointSpec>>(change.Value);
        return change with { Value = endpoint with { Spec = endpoint.Spec with { Ports = [new() { Name = "http", Protocol = protocol, Port = port }] } } };
    }

    private static StoreChange Running(string name, string address, string account)
    {
        var change = Endpoint(name, Host, address);
        var endpoint = Assert.IsType<Resource<WorkloadEndpointSpec>>(change.Value);
        return change with { Value = endpoint with { Spec = endpoint.Spec with { ServiceAccountName = account, Profiles = ["net1", "ksa.default." + account] } } };
    }

    private static string[] Names(ValueList<EndpointTier> tiers) => [.. tiers.SelectMany(tier => tier.Policies).Select(policy => policy.Name)];

    private static (HostState Host, IReadOnlyList<string> Problems) Calculate(params StoreChange[] changes)
    {
        var graph = new CalculationGraph(Host);
        graph.Apply(changes);
        var (host, _, problems) = graph.Flush();
        return (host, problems);
    }
}
