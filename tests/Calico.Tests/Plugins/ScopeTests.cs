using Calico.Plugins.Docker;
using static Calico.Tests.Plugins.PluginBench;

namespace Calico.Tests.Plugins;

/// <summary>Which scope Docker is answered.</summary>
public sealed class ScopeTests
{
    private static DriverScope? Of(string[] arguments, string? config = null) => ScopeDecision.OfCommandLine(arguments, _ => config);

    [Fact]
    public void A_cluster_store_on_the_command_line_means_global()
    {
        Assert.Equal(DriverScope.Global, Of(["/usr/sbin/dockerd", "--cluster-store=etcd://192.168.26.100:2379"]));
        Assert.Equal(DriverScope.Global, Of(["dockerd", "-H", "unix:///run/docker.sock", "--cluster-store", "etcd://h:2379"]));
    }

    [Fact]
    public void A_cluster_store_in_the_configuration_file_means_global() =>
        Assert.Equal(DriverScope.Global, Of(["dockerd"], """{"cluster-store": "etcd://h:2379"}"""));

    [Fact]
    public void Without_one_it_is_local()
    {
        Assert.Equal(DriverScope.Local, Of(["/usr/sbin/dockerd", "--cluster-store-opt=x"]));
        Assert.Equal(DriverScope.Local, Of(["dockerd"], """{"hosts": []}"""));
        Assert.Equal(DriverScope.Local, Of(["dockerd"], "not json"));
    }

    [Fact]
    public void The_configuration_file_is_the_one_that_dockerd_was_given()
    {
        var read = "";

        ScopeDecision.OfCommandLine(["dockerd", "--config-file", "/elsewhere.json"], path =>
        {
            read = path;
            return null;
        });

        Assert.Equal("/elsewhere.json", read);
    }

    [Fact]
    public void Of_another_process_nothing_can_be_told()
    {
        Assert.Null(Of(["curl", "--cluster-store=x"]));
        Assert.Null(Of([]));
    }

    [Fact]
    public void A_setting_is_one_of_three_words()
    {
        Assert.Equal(DriverScope.Local, ScopeDecision.OfSetting("local"));
        Assert.Equal(DriverScope.Global, ScopeDecision.OfSetting(" GLOBAL "));
        Assert.Null(ScopeDecision.OfSetting("auto"));
        Assert.Contains("CALICO_DOCKER_SCOPE", Assert.Throws<FormatException>(() => ScopeDecision.OfSetting("swarm")).Message);
    }

    [Theory]
    [InlineData("", "local")]
    [InlineData("etcd://h:2379", "global")]
    public async Task Asked_by_another_process_than_dockerd_the_engine_says_it(string clusterStore, string expected)
    {
        await using var bench = await StartAsync();
        bench.Engine.ClusterStore = clusterStore;

        var answer = await bench.Driver.DoAsync("NetworkDriver.GetCapabilities", "");

        Assert.Equal($$"""{"Scope":"{{expected}}","ConnectivityScope":"global"}""", answer.ToJsonString());
    }

    [Fact]
    public async Task A_silent_engine_holds_the_answer_up_for_half_a_second_at_most()
    {
        await using var bench = await StartAsync();
        bench.Engine.IsSilent = true;

        Assert.Equal("local", (string?)(await bench.Driver.DoAsync("NetworkDriver.GetCapabilities", ""))["Scope"]);
    }
}
