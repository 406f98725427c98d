using Calico.Model.Hosts;
using Calico.Plugins;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker;
using Calico.Plugins.Docker.Api;
using Calico.Plugins.Docker.Networks;
using Microsoft.Extensions.Logging.Abstractions;
using static Calico.Tests.Plugins.PluginBench;

namespace Calico.Tests.Plugins;

/// <summary>What is learnt of containers once they have started.</summary>
public sealed class NamingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_endpoint_has_its_service_s_name_at_once_and_its_aliases_when_the_container_has_started()
    {
        await using var bench = await StartAsync();
        using var docker = new DockerApi(bench.Engine.Socket, TimeProvider.System);
        bench.Engine.AddNetwork("My_Net", Network);
        bench.Engine.AddContainer("web", Network, Endpoint, new() { ["com.docker.compose.service"] = "shop", ["com.docker.compose.project"] = "p" });
        await bench.Driver.DoAsync("NetworkDriver.CreateEndpoint", Created());
        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());

        var endpoint = Assert.Single(await bench.EndpointsAsync());
        Assert.Equal("web-id shop", endpoint.Metadata.Annotations?[NetworkNames.AliasesAnnotation]);
        Assert.Equal("My_Net", endpoint.Metadata.Annotations?[NetworkNames.NameAnnotation]);
        Assert.Equal("shop", endpoint.Metadata.Labels?["com.docker.compose.service"]);

        var naming = new Naming(new LocalEndpoints("vms100", bench.Store, bench.Resources, bench.Books), docker, new Signal(TimeProvider.System), NullLogger.Instance);
        Assert.False(await naming.RoundAsync(Cancel)); // its page does not answer yet
        var attachment = new EngineAttachment { EndpointID = Endpoint, Aliases = ["front", "web-id", "no name"] };
        bench.Engine.Containers[0] = bench.Engine.Containers[0] with { NetworkSettings = new() { Networks = new() { ["My_Net"] = attachment } } };
        bench.Engine.Pages["web-id"] = new() { Id = "web-id", Name = "/site", NetworkSettings = new() { Networks = new() { ["My_Net"] = attachment } } };

        Assert.True(await naming.RoundAsync(Cancel));

        endpoint = Assert.Single(await bench.EndpointsAsync());
        Assert.Equal("web-id front", endpoint.Metadata.Annotations?[NetworkNames.AliasesAnnotation]);
        Assert.Equal(("site", "site"), (endpoint.Spec.Workload, endpoint.Metadata.Labels?[NetworkNames.ContainerLabel])); // it was renamed
    }

    [Fact]
    public async Task A_container_that_has_started_is_asked_after_and_no_other()
    {
        await using var bench = await StartAsync();
        using var docker = new DockerApi(bench.Engine.Socket, TimeProvider.System);
        bench.Engine.AddNetwork("net", Network);
        bench.Engine.AddContainer("web", Network, Endpoint);
        await bench.Driver.DoAsync("NetworkDriver.CreateEndpoint", Created());
        await bench.Driver.DoAsync("NetworkDriver.Join", Joined());
        var naming = new Naming(new LocalEndpoints("vms100", bench.Store, bench.Resources, bench.Books), docker, new Signal(TimeProvider.System), NullLogger.Instance);
        Assert.False(await naming.RoundAsync(Cancel)); // what was before is not known: all are looked at
        var listings = bench.Engine.AskedIds.Count;
        var attachment = new EngineAttachment { EndpointID = Endpoint, Aliases = ["front"] };
        bench.Engine.Pages["web-id"] = new() { Id = "web-id", Name = "/web", NetworkSettings = new() { Networks = new() { ["net"] = attachment } } };

        naming.Hear(new() { Type = "container", Action = "start", Actor = new() { ID = "web-id" } });
        Assert.True(await naming.RoundAsync(Cancel));

        Assert.Equal("web-id front", Assert.Single(await bench.EndpointsAsync()).Metadata.Annotations?[NetworkNames.AliasesAnnotation]);
        Assert.Equal(listings, bench.Engine.AskedIds.Count);
    }

    [Fact]
    public async Task Only_containers_that_are_to_be_up_and_failed_for_want_of_our_drivers_or_by_their_refusal_are_started()
    {
        await using var bench = await StartAsync();
        using var docker = new DockerApi(bench.Engine.Socket, TimeProvider.System);
        Add("late", "always", "plugin \"calico\" not found");
        Add("late2", "unless-stopped", "dial unix /run/docker/plugins/calico-ipam.sock: connect: no such file or directory");
        Add("own-fault", "always", "exec: \"nonsense\": executable file not found");
        Add("ended", "always", "");
        Add("unwanted", "no", "plugin \"calico\" not found");
        bench.Engine.AddNetwork("net", Network);
        Add("refused", "always", "IpamDriver.RequestAddress: 192.168.0.1 cannot be had", "net");
        Add("refused-elsewhere", "always", "IpamDriver.RequestAddress: no", "weave");

        await new FailedStarts(docker, NullLogger.Instance).LookAsync(Cancel);

        Assert.Equal(["late", "late2", "refused"], bench.Engine.Started.Order());

        void Add(string id, string policy, string error, string network = "bridge")
        {
            bench.Engine.Containers.Add(new() { Id = id, State = "exited", Names = ["/" + id] });
            bench.Engine.Pages[id] = new() { Id = id, Name = "/" + id, State = new() { Error = error }, HostConfig = new() { RestartPolicy = new() { Name = policy } }, NetworkSettings = new() { Networks = new() { [network] = new() } } };
        }
    }
}
