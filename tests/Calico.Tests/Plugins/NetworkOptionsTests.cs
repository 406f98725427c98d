using static Calico.Tests.Plugins.PluginBench;

namespace Calico.Tests.Plugins;

/// <summary>What <c>docker network create</c> may ask for, and how what it may not is refused.</summary>
public sealed class NetworkOptionsTests
{
    private static object Request(Dictionary<string, object>? options = null, string space = "CalicoGlobalAddressSpace", string gateway = "0.0.0.0/0") => new
    {
        NetworkID = Network,
        Options = options ?? [],
        IPv4Data = new[] { new { AddressSpace = space, Pool = "0.0.0.0/0", Gateway = gateway } },
        IPv6Data = Array.Empty<object>(),
    };

    private static Dictionary<string, object> Generic(string key, string value) =>
        new() { ["com.docker.network.generic"] = new Dictionary<string, string> { [key] = value } };

    [Fact]
    public async Task A_plain_network_is_accepted_and_nothing_is_stored()
    {
        await using var bench = await StartAsync();

        await bench.Driver.DoAsync("NetworkDriver.CreateNetwork", Request(new() { ["com.docker.network.enable_ipv6"] = false }));

        Assert.Empty(await bench.ProfilesAsync());
    }

    [Fact]
    public async Task Another_ipam_driver_is_refused_with_the_flag_to_give()
    {
        await using var bench = await StartAsync();

        var text = await bench.Driver.RefusedAsync("NetworkDriver.CreateNetwork", Request(space: "GlobalDefault"));

        Assert.Contains("--ipam-driver calico-ipam", text);
    }

    [Fact]
    public async Task A_gateway_is_refused()
    {
        await using var bench = await StartAsync();

        var text = await bench.Driver.RefusedAsync("NetworkDriver.CreateNetwork", Request(gateway: "192.168.0.1/16"));

        Assert.Equal("Calico IPAM does not support specifying a gateway.", text);
    }

    [Fact]
    public async Task An_unknown_option_is_refused_by_name_and_a_bad_mtu_by_value()
    {
        await using var bench = await StartAsync();

        await bench.Driver.DoAsync("NetworkDriver.CreateNetwork", Request(Generic("com.docker.network.driver.mtu", "1400")));
        Assert.Contains("'parent'", await bench.Driver.RefusedAsync("NetworkDriver.CreateNetwork", Request(Generic("parent", "eth0"))));
        Assert.Contains("'big'", await bench.Driver.RefusedAsync("NetworkDriver.CreateNetwork", Request(Generic("com.docker.network.driver.mtu", "big"))));
    }
}
