using static Calico.Tests.Plugins.PluginBench;

namespace Calico.Tests.Plugins;

/// <summary>Docker's plugin protocol itself, and requests that are not as they should be.</summary>
public sealed class ProtocolTests
{
    [Fact]
    public async Task Each_socket_says_which_driver_it_is()
    {
        await using var bench = await StartAsync();

        Assert.Equal("""{"Implements":["NetworkDriver"]}""", (await bench.Driver.DoAsync("Plugin.Activate", "")).ToJsonString());
        Assert.Equal("""{"Implements":["IpamDriver"]}""", (await bench.Ipam.DoAsync("Plugin.Activate", "")).ToJsonString());
    }

    [Theory]
    [InlineData("NetworkDriver.CreateNetwork")]
    [InlineData("NetworkDriver.CreateEndpoint")]
    [InlineData("NetworkDriver.Join")]
    [InlineData("NetworkDriver.Leave")]
    [InlineData("NetworkDriver.DeleteEndpoint")]
    [InlineData("NetworkDriver.DeleteNetwork")]
    public async Task An_empty_body_is_refused_and_not_taken_for_defaults(string call)
    {
        await using var bench = await StartAsync();

        Assert.Contains("has no body", await bench.Driver.RefusedAsync(call, ""));
    }

    [Theory]
    [InlineData("IpamDriver.RequestPool")]
    [InlineData("IpamDriver.RequestAddress")]
    [InlineData("IpamDriver.ReleaseAddress")]
    public async Task An_empty_body_makes_ipam_give_out_nothing(string call)
    {
        await using var bench = await StartAsync();

        Assert.Contains("has no body", await bench.Ipam.RefusedAsync(call, ""));
    }

    [Fact]
    public async Task Broken_json_is_refused_with_what_is_wrong_and_where()
    {
        await using var bench = await StartAsync();

        Assert.Contains("LineNumber: 1 | BytePositionInLine: 14", await bench.Driver.RefusedAsync("NetworkDriver.Join", "{\n\"NetworkID\": nonsense}"));
        Assert.Contains("Path: $.NetworkID", await bench.Driver.RefusedAsync("NetworkDriver.Join", """{"NetworkID": 5}"""));
        Assert.Contains("null", await bench.Driver.RefusedAsync("NetworkDriver.Join", "null"));
    }

    [Fact]
    public async Task A_body_of_absurd_size_is_refused()
    {
        await using var bench = await StartAsync();

        Assert.Contains("too large", await bench.Driver.RefusedAsync("NetworkDriver.Leave", $$"""{"NetworkID": "{{new string('a', 2 << 20)}}"}"""));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("0b7f49da20a1/x")]
    [InlineData("short")]
    [InlineData("")]
    public async Task An_id_that_is_none_is_refused_before_anything_is_named_after_it(string id)
    {
        await using var bench = await StartAsync();

        Assert.Contains("EndpointID", await bench.Driver.RefusedAsync("NetworkDriver.CreateEndpoint", Created(endpoint: id)));
        Assert.Contains("EndpointID", await bench.Driver.RefusedAsync("NetworkDriver.Leave", Named(id)));
        await bench.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Fields_are_known_in_any_case_and_strange_ones_are_passed_over()
    {
        await using var bench = await StartAsync();

        await bench.Driver.DoAsync("NetworkDriver.Leave", new { networkid = Network, endpointid = Endpoint, Surprise = new[] { 1 } });
    }

    [Fact]
    public async Task Swarm_is_refused_in_words()
    {
        await using var bench = await StartAsync();

        Assert.Contains("swarm", await bench.Driver.RefusedAsync("NetworkDriver.AllocateNetwork", new { NetworkID = Network }));
    }

    [Fact]
    public async Task What_must_never_fail_succeeds_whatever_it_is_about()
    {
        await using var bench = await StartAsync();

        foreach (var call in (string[])["ProgramExternalConnectivity", "RevokeExternalConnectivity", "DiscoverNew", "DiscoverDelete"])
            await bench.Driver.DoAsync("NetworkDriver." + call, new { NetworkID = "?", EndpointID = "?" });
        Assert.Equal("""{"Value":{}}""", (await bench.Driver.DoAsync("NetworkDriver.EndpointOperInfo", Named())).ToJsonString());
    }
}
