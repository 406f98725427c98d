using System.Net;
using Calico.Ipam;
using Calico.Model.Store;
using Calico.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using static Calico.Tests.Plugins.PluginBench;

namespace Calico.Tests.Plugins;

/// <summary>Pools and addresses, as Docker asks for them.</summary>
public abstract class IpamDriverTests(StorePlace place) : EachStore(place)
{
    private static object Pool(string pool = "", bool v6 = false, string range = "", Dictionary<string, string>? options = null) =>
        new { AddressSpace = "CalicoGlobalAddressSpace", Pool = pool, SubPool = range, Options = options ?? [], V6 = v6 };

    private static object Address(string pool = "CalicoPoolIPv4", string address = "", Dictionary<string, string>? options = null) =>
        new { PoolID = pool, Address = address, Options = options };

    private static async Task<string> AnyAsync(PluginBench bench, string pool = "CalicoPoolIPv4") =>
        (string?)(await bench.Ipam.DoAsync("IpamDriver.RequestAddress", Address(pool)))["Address"] ?? "";

    private static async Task<AddressOwner?> OwnerAsync(PluginBench bench, string address) =>
        await new IpamClient(bench.Store, bench.Resources, TimeProvider.System, NullLogger.Instance)
            .OwnerOfAsync(IPAddress.Parse(address.Split('/')[0]), TestContext.Current.CancellationToken);

    [Fact]
    public async Task Both_address_spaces_are_one()
    {
        await using var bench = await StartAsync(shared: Store);

        var spaces = await bench.Ipam.DoAsync("IpamDriver.GetDefaultAddressSpaces", "");

        Assert.Equal((string?)spaces["LocalDefaultAddressSpace"], (string?)spaces["GlobalDefaultAddressSpace"]);
    }

    [Fact]
    public async Task Without_a_subnet_the_pool_is_everything_with_a_gateway_that_is_none()
    {
        await using var bench = await StartAsync(shared: Store);

        var answer = await bench.Ipam.DoAsync("IpamDriver.RequestPool", Pool());

        Assert.Equal("""{"PoolID":"CalicoPoolIPv4","Pool":"0.0.0.0/0","Data":{"com.docker.network.gateway":"0.0.0.0/0"}}""", answer.ToJsonString());
    }

    [Fact]
    public async Task Without_a_pool_of_the_family_a_network_is_refused()
    {
        await using var bench = await StartAsync(shared: Store);

        Assert.Contains("no enabled IPv6 pool", await bench.Ipam.RefusedAsync("IpamDriver.RequestPool", Pool(v6: true)));

        await bench.AddPoolAsync("six", "fd00:1::/64");
        var answer = await bench.Ipam.DoAsync("IpamDriver.RequestPool", Pool(v6: true));
        Assert.Equal("""{"PoolID":"CalicoPoolIPv6","Pool":"::/0","Data":{"com.docker.network.gateway":"::/0"}}""", answer.ToJsonString());
    }

    [Theory]
    [InlineData("192.168.0.0/16")]
    [InlineData("192.168.7.0/24")]
    public async Task A_subnet_is_a_pool_or_part_of_one(string subnet)
    {
        await using var bench = await StartAsync(shared: Store);

        var answer = await bench.Ipam.DoAsync("IpamDriver.RequestPool", Pool(subnet));

        Assert.Equal(subnet, (string?)answer["Pool"]);
        Assert.True(IPNetwork.Parse(subnet).Contains(IPAddress.Parse((await AnyAsync(bench, (string?)answer["PoolID"] ?? "")).Split('/')[0])));
    }

    [Fact]
    public async Task All_addresses_of_part_of_a_pool_are_given_out_and_no_other()
    {
        await using var bench = await StartAsync(shared: Store);

        var given = new List<string>();
        for (var i = 0; i < 4; i++)
            given.Add(await AnyAsync(bench, "192.168.7.4/30"));

        Assert.Equal(["192.168.7.4/32", "192.168.7.5/32", "192.168.7.6/32", "192.168.7.7/32"], given.Order());
        Assert.Contains("all are in use", await bench.Ipam.RefusedAsync("IpamDriver.RequestAddress", Address("192.168.7.4/30")));
    }

    [Theory]
    [InlineData("10.0.0.0/8", "there is default-ipv4-ippool (192.168.0.0/16)")]
    [InlineData("192.168.0.1/16", "not a prefix")]
    [InlineData("192.168.0.0/15", "more than the pool default-ipv4-ippool")]
    [InlineData("192.0.0.0/8", "more than the pool default-ipv4-ippool")]
    [InlineData("fd00::/64", "is not IPv4")]
    [InlineData("nonsense", "not a prefix")]
    public async Task A_subnet_that_is_no_pool_is_refused_with_the_pools_there_are(string subnet, string reason)
    {
        await using var bench = await StartAsync(shared: Store);

        Assert.Contains(reason, await bench.Ipam.RefusedAsync("IpamDriver.RequestPool", Pool(subnet)));
    }

    [Fact]
    public async Task What_calico_does_not_know_of_is_refused_by_its_flag()
    {
        await using var bench = await StartAsync(shared: Store);

        Assert.Contains("--ip-range 192.168.1.0/24", await bench.Ipam.RefusedAsync("IpamDriver.RequestPool", Pool(range: "192.168.1.0/24")));
        Assert.Contains("--ipam-opt size", await bench.Ipam.RefusedAsync("IpamDriver.RequestPool", Pool(options: new() { ["size"] = "3" })));
        var gateway = Address(address: "192.168.0.1", options: new() { ["RequestAddressType"] = "com.docker.network.gateway" });
        Assert.Equal("Calico IPAM does not support specifying a gateway.", await bench.Ipam.RefusedAsync("IpamDriver.RequestAddress", gateway));
        Assert.Contains("PoolID 'strange' is unknown", await bench.Ipam.RefusedAsync("IpamDriver.RequestAddress", Address("strange")));
    }

    [Fact]
    public async Task Each_address_is_given_alone_to_a_handle_that_names_host_and_docker()
    {
        await using var bench = await StartAsync(shared: Store);

        var (first, second) = (await AnyAsync(bench), await AnyAsync(bench));

        Assert.EndsWith("/32", first);
        Assert.NotEqual(first, second);
        Assert.StartsWith("docker.vms100.", (await OwnerAsync(bench, first))?.HandleId);
        Assert.NotEqual((await OwnerAsync(bench, first))?.HandleId, (await OwnerAsync(bench, second))?.HandleId);
    }

    [Fact]
    public async Task An_address_in_use_is_refused_with_its_holder()
    {
        await using var bench = await StartAsync(shared: Store);
        await using var other = await StartAsync("vms101", bench.Store);
        await bench.Ipam.DoAsync("IpamDriver.RequestAddress", Address(address: "192.168.0.5"));
        await bench.CreateEndpointAsync(container: "web");
        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());

        var text = await other.Ipam.RefusedAsync("IpamDriver.RequestAddress", Address(address: "192.168.0.5"));

        Assert.Equal("192.168.0.5 is in use by web on host vms100", text);
    }

    [Fact]
    public async Task An_address_outside_the_pool_or_all_pools_is_refused()
    {
        await using var bench = await StartAsync(shared: Store);

        Assert.Contains("10.0.0.1 is not in 192.168.0.0/16", await bench.Ipam.RefusedAsync("IpamDriver.RequestAddress", Address("192.168.0.0/16", "10.0.0.1")));
        Assert.Contains("10.0.0.1", await bench.Ipam.RefusedAsync("IpamDriver.RequestAddress", Address(address: "10.0.0.1")));
        Assert.Contains("'x' is not an address", await bench.Ipam.RefusedAsync("IpamDriver.RequestAddress", Address(address: "x")));
    }

    [Fact]
    public async Task A_release_may_be_repeated_and_the_gateway_that_is_none_may_be_released()
    {
        await using var bench = await StartAsync(shared: Store);
        var address = (await AnyAsync(bench)).Split('/')[0];

        foreach (var released in (string[])[address, address, "0.0.0.0", "::", "192.168.200.1"])
            await bench.Ipam.DoAsync("IpamDriver.ReleaseAddress", new { PoolID = "CalicoPoolIPv4", Address = released });

        Assert.Null(await OwnerAsync(bench, address));
    }

    [Fact]
    public async Task An_address_that_another_host_has_been_given_since_is_not_released()
    {
        await using var bench = await StartAsync(shared: Store);
        await using var other = await StartAsync("vms101", bench.Store);
        await other.Ipam.DoAsync("IpamDriver.RequestAddress", Address(address: "192.168.0.5"));

        await bench.Ipam.DoAsync("IpamDriver.ReleaseAddress", new { PoolID = "CalicoPoolIPv4", Address = "192.168.0.5" });

        Assert.Equal("vms101", (await OwnerAsync(bench, "192.168.0.5"))?.Node);
    }

    [Fact]
    public async Task Releasing_the_address_of_an_endpoint_that_docker_never_took_down_ends_the_endpoint()
    {
        await using var bench = await StartAsync(shared: Store);
        await bench.Ipam.DoAsync("IpamDriver.RequestAddress", Address(address: "192.168.0.5"));
        await bench.CreateEndpointAsync();
        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());

        await bench.Ipam.DoAsync("IpamDriver.ReleaseAddress", new { PoolID = "CalicoPoolIPv4", Address = "192.168.0.5" });

        await bench.AssertNothingLeftAsync();
        Assert.Null(await OwnerAsync(bench, "192.168.0.5"));
    }

    [Fact]
    public async Task No_store_key_holds_a_handle_when_all_is_given_back()
    {
        await using var bench = await StartAsync(shared: Store);
        var address = (await AnyAsync(bench)).Split('/')[0];

        await bench.Ipam.DoAsync("IpamDriver.ReleaseAddress", new { PoolID = "CalicoPoolIPv4", Address = address });

        Assert.Empty((await bench.Store.ListAsync(StoreKeys.Handle(""), TestContext.Current.CancellationToken)).Items);
    }
}
