using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker.Cleaning;

namespace Calico.Tests.Plugins;

/// <summary>What is taken for abandoned, and what never is.</summary>
public sealed class SuspectsTests
{
    private const string Id = PluginBench.Endpoint, Link = "cali0b7f49da20a";

    private static readonly IPAddress Address = IPAddress.Parse("192.168.0.5");
    private static readonly OwnedAddress Owned = new(Address, "docker.vms100.1");

    private static Resource<WorkloadEndpointSpec> Endpoint(string orchestrator = "libnetwork") => LocalEndpoints.New(
        new()
        {
            Orchestrator = orchestrator,
            Node = "vms100",
            Workload = "web",
            Endpoint = Id,
            InterfaceName = Link,
            IpNetworks = [Address.HostPrefix],
        },
        Labels.Empty);

    private static Present Present(bool endpoint = true, bool link = true, bool address = true, string orchestrator = "libnetwork") =>
        new(endpoint ? [Endpoint(orchestrator)] : [], link ? new HashSet<string> { Link } : [], address ? [Owned] : []);

    private static KnownToEngine Engine(bool endpoint, bool address = false) =>
        new(endpoint ? new HashSet<string> { Id } : [], address ? new HashSet<IPAddress> { Address } : []);

    [Fact]
    public void What_the_engine_knows_is_alive() => Assert.True(Suspects.Of(Present(), Engine(endpoint: true)).IsEmpty);

    [Fact]
    public void When_the_engine_is_silent_nothing_of_containers_is_suspect()
    {
        Assert.True(Suspects.Of(Present(), engine: null).IsEmpty);
        Assert.True(Suspects.Of(Present(endpoint: false), engine: null).IsEmpty);
    }

    [Fact]
    public void An_endpoint_that_the_engine_does_not_know_is_suspect_and_keeps_its_address_until_it_is_gone()
    {
        var suspects = Suspects.Of(Present(), Engine(endpoint: false));

        Assert.Single(suspects.Endpoints);
        Assert.Empty(suspects.Addresses);
    }

    [Fact]
    public void An_address_that_no_endpoint_and_no_container_has_is_suspect()
    {
        Assert.Equal([Owned], Suspects.Of(Present(endpoint: false, link: false), Engine(endpoint: false)).Addresses);
        Assert.Empty(Suspects.Of(Present(endpoint: false, link: false), Engine(endpoint: false, address: true)).Addresses);
    }

    [Fact]
    public void A_link_is_suspect_when_neither_an_endpoint_nor_the_engine_has_it()
    {
        Assert.Equal([Link], Suspects.Of(Present(endpoint: false), Engine(endpoint: false)).Links);
        Assert.Empty(Suspects.Of(Present(endpoint: false), Engine(endpoint: true)).Links);
    }

    [Fact]
    public void A_plain_workload_lives_as_long_as_its_link()
    {
        Assert.Empty(Suspects.Of(Present(orchestrator: "lab"), Engine(endpoint: false)).Endpoints);
        Assert.Single(Suspects.Of(Present(link: false, orchestrator: "lab"), engine: null).Endpoints);
    }

    [Fact]
    public void One_look_alone_removes_nothing_and_an_address_given_out_again_is_another()
    {
        var first = Suspects.Of(Present(endpoint: false, link: false), Engine(endpoint: false));
        var again = first with { Addresses = [Owned with { Handle = "docker.vms100.2" }] };

        Assert.True(first.SeenAlsoBy(Suspects.None).IsEmpty);
        Assert.False(first.SeenAlsoBy(first).IsEmpty);
        Assert.True(again.SeenAlsoBy(first).IsEmpty);
    }
}
