using System.Text.Json.Nodes;
using Calico.Model.Resources.Specs;
using Calico.Netlink;
using static Calico.Tests.Plugins.PluginBench;

namespace Calico.Tests.Plugins;

/// <summary>The life of a container's endpoint, as Docker calls it.</summary>
public sealed class NetworkDriverTests
{
    private const string Second = "1c7f49da20a1bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    [Fact]
    public async Task A_join_answers_what_gives_the_container_its_two_routes()
    {
        await using var bench = await StartAsync();
        await bench.CreateEndpointAsync();

        var answer = await bench.Driver.DoAsync("NetworkDriver.Join", Joined());

        var expected = """
            {"InterfaceName":{"SrcName":"temp0b7f49da20a","DstPrefix":"cali"},"Gateway":"169.254.1.1",
             "StaticRoutes":[{"Destination":"169.254.1.1/32","RouteType":1,"NextHop":""}],"DisableGatewayService":true}
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), answer), answer.ToJsonString());
    }

    [Fact]
    public async Task A_join_makes_link_and_endpoint_with_the_containers_name_and_labels()
    {
        await using var bench = await StartAsync();
        bench.Engine.AddNetwork("calnet1", Network);
        bench.Engine.AddContainer("192.168.26.100", Network, Endpoint, new() { ["org.projectcalico.label.tier"] = "db", ["other"] = "x" });
        await bench.Driver.DoAsync("NetworkDriver.CreateEndpoint", Created());

        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());

        var endpoint = Assert.Single(await bench.EndpointsAsync());
        Assert.Equal($"vms100-libnetwork-libnetwork-{Endpoint}", endpoint.Name);
        Assert.Equal("192.168.26.100", endpoint.Spec.Workload);
        Assert.Equal(["calnet1"], endpoint.Spec.Profiles);
        Assert.Equal("cali0b7f49da20a", endpoint.Spec.InterfaceName);
        Assert.Equal("192.168.0.5/32", endpoint.Spec.IpNetworks?[0].ToString());
        Assert.Equal("db", endpoint.Metadata.Labels?["tier"]);
        Assert.Equal("192.168.26.100", endpoint.Metadata.Labels?["projectcalico.org/container"]);
        Assert.Equal("calnet1", endpoint.Metadata.Labels?["projectcalico.org/network"]);
        Assert.DoesNotContain("other", endpoint.Metadata.Labels!.Keys);
        Assert.Equal("temp0b7f49da20a", bench.Kernel.Links["cali0b7f49da20a"].WorkloadSide);
    }

    [Fact]
    public async Task The_first_endpoint_of_a_network_makes_its_profile()
    {
        await using var bench = await StartAsync();
        await bench.CreateEndpointAsync();

        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());

        var profile = Assert.Single(await bench.ProfilesAsync());
        Assert.Equal("calnet1", profile.Name);
        Assert.Equal("calnet1", profile.Spec.LabelsToApply?["projectcalico.org/network"]);
        Assert.Equal([RuleAction.Allow, RuleAction.Deny, RuleAction.Allow], profile.Spec.Ingress?.Select(rule => rule.Action));
        Assert.Equal(
            ["projectcalico.org/network == 'calnet1'", "has(projectcalico.org/network)", null],
            profile.Spec.Ingress?.Select(rule => rule.Source?.Selector));
        Assert.Equal([RuleAction.Allow], profile.Spec.Egress?.Select(rule => rule.Action));
    }

    [Fact]
    public async Task A_profile_that_the_user_has_changed_stays_as_it_is()
    {
        await using var bench = await StartAsync();
        await bench.CreateEndpointAsync();
        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());
        var changed = (await bench.ProfilesAsync())[0] with { Spec = new ProfileSpec { Egress = [] } };
        await bench.Resources.ApplyAsync(changed, TestContext.Current.CancellationToken);

        await bench.CreateEndpointAsync(Second, "192.168.0.6/32", "second");
        await bench.Driver.DoAsync("NetworkDriver.Join", Joined(Second, "/var/run/docker/netns/other"));

        Assert.Null((await bench.ProfilesAsync())[0].Spec.Ingress);
    }

    [Fact]
    public async Task Creating_an_endpoint_touches_nothing_and_answers_only_what_docker_left_open()
    {
        await using var bench = await StartAsync();

        var open = await bench.Driver.DoAsync("NetworkDriver.CreateEndpoint", Created());
        var given = await bench.Driver.DoAsync("NetworkDriver.CreateEndpoint", Created(Second, mac: "02:42:ac:11:00:02"));

        Assert.Equal("""{"Interface":{"MacAddress":"ee:ee:ee:ee:ee:ee"}}""", open.ToJsonString());
        Assert.Equal("""{"Interface":{}}""", given.ToJsonString());
        await bench.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task A_second_network_of_a_container_has_a_next_hop_of_its_own_also_after_a_restart()
    {
        await using var bench = await StartAsync();
        await bench.CreateEndpointAsync();
        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());
        await using var restarted = await StartAsync(shared: bench.Store);
        await restarted.CreateEndpointAsync(Second, "192.168.0.6/32");

        var answer = await restarted.Driver.DoAsync("NetworkDriver.Join", Joined(Second));

        Assert.Equal("169.254.1.2", (string?)answer["Gateway"]);
        Assert.Equal("169.254.1.2/32", (string?)answer["StaticRoutes"]?[0]?["Destination"]);
    }

    [Fact]
    public async Task An_endpoint_of_both_families_has_a_gateway_of_each()
    {
        await using var bench = await StartAsync();
        bench.Engine.AddNetwork("calnet1", Network);
        await bench.Driver.DoAsync("NetworkDriver.CreateEndpoint", new
        {
            NetworkID = Network,
            EndpointID = Endpoint,
            Interface = new { Address = "192.168.0.5/32", AddressIPv6 = "fd00::5/128" },
        });

        var answer = await bench.Driver.DoAsync("NetworkDriver.Join", Joined());

        Assert.Equal("169.254.1.1", (string?)answer["Gateway"]);
        Assert.Equal("fe80::1", (string?)answer["GatewayIPv6"]);
        Assert.Equal("fe80::1", bench.Kernel.Links["cali0b7f49da20a"].LinkLocal?.ToString());
    }

    [Fact]
    public async Task Joining_an_unknown_endpoint_is_refused_with_what_to_do()
    {
        await using var bench = await StartAsync();

        Assert.Contains("start the container again", await bench.Driver.RefusedAsync("NetworkDriver.Join", Joined()));
        await bench.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task When_the_kernel_refuses_the_link_nothing_is_left()
    {
        await using var bench = await StartAsync();
        await bench.CreateEndpointAsync();
        bench.Kernel.Refusal = new NetlinkException("create veth", Errno.ENOENT, "its namespace has ended");

        Assert.Contains("its namespace has ended", await bench.Driver.RefusedAsync("NetworkDriver.Join", Joined()));
        await bench.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task When_the_dataplane_is_stuck_the_call_ends_in_time_and_nothing_is_left()
    {
        await using var bench = await StartAsync();
        await bench.CreateEndpointAsync();
        bench.Kernel.IsStuck = true;

        Assert.Contains("waiting for the dataplane", await bench.Driver.RefusedAsync("NetworkDriver.Join", Joined()));
        await bench.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task When_the_store_is_slow_the_call_ends_in_time_says_what_it_was_at_and_leaves_nothing()
    {
        var store = new SlowStore();
        await using var bench = await StartAsync(shared: store);
        await bench.CreateEndpointAsync();
        store.SlowKeys = "workloadendpoints";

        Assert.Contains("storing the workload endpoint", await bench.Driver.RefusedAsync("NetworkDriver.Join", Joined()));
        await bench.AssertNothingLeftAsync();

        store.SlowKeys = null;
        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());
    }

    [Fact]
    public async Task A_link_that_somebody_else_has_is_not_undone()
    {
        await using var bench = await StartAsync();
        await bench.CreateEndpointAsync();
        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());

        Assert.Contains("EEXIST", await bench.Driver.RefusedAsync("NetworkDriver.Join", Joined()));

        Assert.Single(bench.Kernel.Links);
        Assert.Single(await bench.EndpointsAsync());
    }

    [Fact]
    public async Task A_label_that_is_none_is_refused_by_name()
    {
        await using var bench = await StartAsync();
        bench.Engine.AddNetwork("calnet1", Network);
        bench.Engine.AddContainer("web", Network, Endpoint, new() { ["org.projectcalico.label.role"] = "no spaces please" });
        await bench.Driver.DoAsync("NetworkDriver.CreateEndpoint", Created());

        Assert.Contains("org.projectcalico.label.role", await bench.Driver.RefusedAsync("NetworkDriver.Join", Joined()));
        await bench.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task While_the_engine_is_silent_an_endpoint_is_closed_and_it_is_completed_when_the_engine_answers()
    {
        await using var bench = await StartAsync();
        using var stop = new CancellationTokenSource();
        await bench.CreateEndpointAsync();
        bench.Engine.IsSilent = true;
        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());
        Assert.Empty((await bench.EndpointsAsync())[0].Spec.Profiles ?? []);

        bench.Engine.IsSilent = false;
        var loops = bench.Plugins.RunAsync(stop.Token);
        await Eventually.TrueAsync(async () => (await bench.EndpointsAsync())[0].Spec.Profiles is ["calnet1"]);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loops);

        var endpoint = (await bench.EndpointsAsync())[0];
        Assert.Equal("web", endpoint.Spec.Workload);
        Assert.Equal("web", endpoint.Metadata.Labels?["projectcalico.org/container"]);
        Assert.Single(await bench.ProfilesAsync());
    }

    [Fact]
    public async Task Leave_and_delete_remove_link_and_endpoint_and_may_be_repeated()
    {
        await using var bench = await StartAsync();
        await bench.CreateEndpointAsync();
        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());

        foreach (var call in (string[])["Leave", "Leave", "DeleteEndpoint", "DeleteEndpoint"])
        {
            await bench.Driver.DoAsync("NetworkDriver." + call, Named());
            await bench.AssertNothingLeftAsync();
        }
    }

    [Fact]
    public async Task Deleting_a_network_removes_its_profile_unless_an_endpoint_of_another_host_has_it()
    {
        await using var bench = await StartAsync();
        await using var other = await StartAsync("vms101", bench.Store);
        foreach (var (host, endpoint) in new[] { (bench, Endpoint), (other, Second) })
        {
            await host.CreateEndpointAsync(endpoint);
            await host.Driver.DoAsync("NetworkDriver.Join", Joined(endpoint));
        }

        await bench.Driver.DoAsync("NetworkDriver.DeleteEndpoint", Named());
        await bench.Driver.DoAsync("NetworkDriver.DeleteNetwork", new { NetworkID = Network });
        Assert.Single(await bench.ProfilesAsync());

        await other.Driver.DoAsync("NetworkDriver.DeleteEndpoint", Named(Second));
        await other.Driver.DoAsync("NetworkDriver.DeleteNetwork", new { NetworkID = Network });
        Assert.Empty(await bench.ProfilesAsync());
    }
}
