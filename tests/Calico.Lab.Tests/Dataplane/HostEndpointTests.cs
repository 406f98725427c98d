using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Lab.Tests.Dataplane;

/// <summary>The host's own interfaces under policy: each stage against real packets.</summary>
public sealed class HostEndpointTests : IAsyncLifetime
{
    private static readonly RulesId Policy = new("GlobalNetworkPolicy", null, "edge");

    private readonly RoutedHost _host = new();

    public async ValueTask InitializeAsync()
    {
        _host.Start();
        await _host.RunAsync("a", "10.0.0.1");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Without_a_policy_or_profile_only_the_failsafe_ports_are_open_and_forwarded_traffic_is_not_touched()
    {
        using var ssh = _host.Kernel.Listen(22);
        using var web = _host.Kernel.Listen(80);
        using var far = _host.Neighbour.Listen(80);
        using var bgp = _host.Neighbour.Listen(179);

        await WantAsync(new() { Id = "edge", Interface = "ens32" });

        Assert.True(await _host.Neighbour.ConnectsAsync("192.168.26.100", 22));
        Assert.False(await _host.Neighbour.ConnectsAsync("192.168.26.100", 80));
        Assert.False(await _host.Kernel.ConnectsAsync("192.168.26.102", 80));
        Assert.True(await _host.Kernel.ConnectsAsync("192.168.26.102", 179));
        Assert.True(_host.Neighbour.Reaches("10.0.0.1"));
        Assert.True(_host.Kernel.Reaches("10.0.0.1"));
    }

    [Theory]
    [InlineData("ens32", null)]
    [InlineData("*", null)]
    [InlineData(null, "192.168.26.100")]
    public async Task An_interface_is_found_by_name_by_address_or_as_any_and_its_normal_policy_decides(string? name, string? address)
    {
        using var web = _host.Kernel.Listen(80);
        using var other = _host.Kernel.Listen(81);

        await WantAsync(
            new() { Id = "edge", Interface = name, Addresses = address is null ? [] : [IPAddress.Parse(address)], Normal = new([Tier], []), Profiles = [RoutedHost.AllowAll] },
            new HostRule { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Destination = new() { Ports = [new(80)] } });

        Assert.True(await _host.Neighbour.ConnectsAsync("192.168.26.100", 80));
        Assert.False(await _host.Neighbour.ConnectsAsync("192.168.26.100", 81));
        Assert.False(await _host.Neighbour.ConnectsAsync("fd26::100", 81));
        Assert.True(await _host.Neighbour.ConnectsAsync("fd26::100", 80));
        await RoutedHost.UntilAsync(() => _host.Dataplane.Denials.Since(0).Denials.Any(denial => denial.Endpoint == "HostEndpoint(edge)" && denial.DestinationPort == 81));
    }

    [Fact]
    public async Task Forward_policy_decides_for_what_passes_through_before_the_workloads_own()
    {
        await WantAsync(
            new() { Id = "edge", Interface = "ens32", Forward = new([Tier], []), Profiles = [RoutedHost.AllowAll] },
            new HostRule { Action = RuleAction.Deny, Protocol = Protocol.Icmp },
            new HostRule { Action = RuleAction.Allow, Index = 1 });

        Assert.True(_host.Neighbour.IsCutOffFrom("10.0.0.1"));
        Assert.True(_host.Neighbour.Reaches("192.168.26.100"));
    }

    [Fact]
    public async Task Policy_before_dnat_sees_the_address_that_the_sender_meant_and_its_allow_is_the_last_word()
    {
        using var web = _host.Kernel.Listen(8080);
        _host.Nft("add table ip mine");
        _host.Nft("add chain ip mine pre { type nat hook prerouting priority dstnat ; }");
        _host.Nft("add rule ip mine pre tcp dport 80 redirect to :8080");
        _host.Nft("add rule ip mine pre tcp dport 81 redirect to :8080");

        // Normal policy denies all of it: nothing is named there.
        await WantAsync(
            new() { Id = "edge", Interface = "ens32", PreDnat = new([Tier], []) },
            new HostRule { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Destination = new() { Ports = [new(80)] } },
            new HostRule { Action = RuleAction.Deny, Protocol = Protocol.Tcp, Destination = new() { Ports = [new(81)] }, Index = 1 });

        Assert.True(await _host.Neighbour.ConnectsAsync("192.168.26.100", 80));
        Assert.False(await _host.Neighbour.ConnectsAsync("192.168.26.100", 81));
        Assert.False(await _host.Neighbour.ConnectsAsync("192.168.26.100", 8080));
    }

    [Fact]
    public async Task Untracked_policy_takes_what_it_allows_out_of_connection_tracking_in_both_directions()
    {
        using var web = _host.Kernel.Listen(80);
        var rules = new HostRules(
            [new() { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Destination = new() { Ports = [new(80)] } }, new() { Action = RuleAction.Deny, Protocol = Protocol.Icmp, Index = 1 }],
            [new() { Action = RuleAction.Allow, Protocol = Protocol.Tcp, Source = new() { Ports = [new(80)] } }]);
        _host.Want(state => state with { Rules = state.Rules.SetItem(Policy, rules) });
        await WantAsync(new() { Id = "edge", Interface = "ens32", Untracked = new([Tier], [Tier]) });

        Assert.True(await _host.Neighbour.ConnectsAsync("192.168.26.100", 80));
        Assert.True(_host.Neighbour.IsCutOffFrom("192.168.26.100"));
        using var flows = Calico.Netlink.Conntracking.FlowTable.Open(_host.Kernel.Network);
        Assert.DoesNotContain(flows.List(), flow => flow.Original.DestinationPort == 80);
    }

    private static EndpointTier Tier => new("default", [Policy], RuleAction.Deny);

    private Task WantAsync(LocalHostEndpoint endpoint, params HostRule[] ingress)
    {
        _host.Want(state => state with
        {
            Rules = ingress.Length == 0 ? state.Rules : state.Rules.SetItem(Policy, new(ingress.ToValueList(), [])),
            HostEndpoints = state.HostEndpoints.SetItem(endpoint.Id, endpoint),
        });
        return _host.ProgrammedAsync("calia");
    }
}
