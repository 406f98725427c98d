using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Calico.Model.Store;
using Calico.Netlink;
using static Calico.Tests.Plugins.PluginBench;

namespace Calico.Tests.Plugins;

/// <summary>Namespaces attached by the node's local API.</summary>
public sealed class PlainWorkloadTests
{
    private static async Task<(HttpStatusCode Status, JsonObject Body)> PostAsync(PluginBench bench, object request)
    {
        using var response = await bench.Local.Client.PostAsJsonAsync("/workloads", request, TestContext.Current.CancellationToken);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!);
    }

    private static async Task AssertNothingAtAllAsync(PluginBench bench)
    {
        await bench.AssertNothingLeftAsync();
        Assert.Empty((await bench.Store.ListAsync(StoreKeys.Handle(""), TestContext.Current.CancellationToken)).Items);
    }

    [Fact]
    public async Task A_namespace_gets_address_routes_endpoint_and_the_networks_profile()
    {
        await using var bench = await StartAsync();

        var (status, answer) = await PostAsync(bench, new { name = "w1", namespacePath = "/run/netns/w1", network = "calnet1", labels = new { tier = "db" } });

        Assert.Equal(HttpStatusCode.OK, status);
        var endpoint = Assert.Single(await bench.EndpointsAsync());
        Assert.Equal("vms100-lab-w1-eth0", endpoint.Name);
        Assert.Equal("db", endpoint.Metadata.Labels?["tier"]);
        Assert.Equal(["calnet1"], endpoint.Spec.Profiles);
        Assert.Single(await bench.ProfilesAsync());
        var pair = Assert.Single(bench.Kernel.Links.Values);
        Assert.Equal((string?)answer["hostInterface"], pair.HostSide);
        Assert.Equal("eth0", pair.WorkloadSide);
        Assert.Equal("/run/netns/w1", pair.Setup?.NamespacePath);
        Assert.Equal($"{answer["address"]}/32", pair.Setup?.Addresses.Single().ToString());
        Assert.Equal(["169.254.1.1"], pair.Setup?.NextHops.Select(hop => hop.ToString()));
    }

    [Fact]
    public async Task Detached_nothing_of_it_is_left_and_it_may_be_repeated()
    {
        await using var bench = await StartAsync();
        await PostAsync(bench, new { name = "w1", pid = 1, @interface = "cali0" });

        for (var i = 0; i < 2; i++)
        {
            using var response = await bench.Local.Client.DeleteAsync("/workloads/w1", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
            await AssertNothingAtAllAsync(bench);
        }
    }

    [Fact]
    public async Task When_the_namespace_vanishes_nothing_is_left()
    {
        await using var bench = await StartAsync();
        bench.Kernel.Refusal = new NetlinkException("open network namespace /run/netns/w1", Errno.ENOENT);

        var (status, answer) = await PostAsync(bench, new { name = "w1", namespacePath = "/run/netns/w1" });

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("/run/netns/w1", (string?)answer["error"]);
        await AssertNothingAtAllAsync(bench);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_and_the_first_stays()
    {
        await using var bench = await StartAsync();
        await PostAsync(bench, new { name = "w1", pid = 1 });

        var (_, answer) = await PostAsync(bench, new { name = "w1", pid = 2 });

        Assert.Contains("already", (string?)answer["error"]);
        Assert.Single(bench.Kernel.Links);
        Assert.Single(await bench.EndpointsAsync());
    }

    [Fact]
    public async Task What_is_malformed_is_refused_with_what_is_expected()
    {
        await using var bench = await StartAsync();

        foreach (var (request, reason) in new (object, string)[]
        {
            (new { name = "../x", pid = 1 }, "name '../x'"),
            (new { pid = 1 }, "name ''"),
            (new { name = "w1" }, "expected either namespacePath"),
            (new { name = "w1", pid = 1, namespacePath = "/x" }, "expected either namespacePath"),
            (new { name = "w1", pid = 1, address = "x" }, "address 'x'"),
            (new { name = "w1", pid = 1, orchestrator = "libnetwork" }, "'libnetwork' attaches its workloads itself"),
            (new { name = "w1", pid = 1, @interface = "a/b" }, "interface 'a/b'"),
            (new { name = "w1", pid = 1, surprise = 1 }, "surprise"),
        })
        {
            var (status, answer) = await PostAsync(bench, request);
            Assert.True(status is HttpStatusCode.Conflict or HttpStatusCode.BadRequest);
            Assert.Contains(reason, (string?)answer["error"]);
        }

        await AssertNothingAtAllAsync(bench);
    }
}
