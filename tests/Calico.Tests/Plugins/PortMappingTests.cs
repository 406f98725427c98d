using System.Text.Json;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Plugins;
using Calico.Plugins.Docker.Ports;

namespace Calico.Tests.Plugins;

/// <summary>Docker's words for <c>-p</c>, as engines 20.10 and 28 send them.</summary>
public sealed class PortMappingTests
{
    [Fact]
    public void A_mapping_has_the_hosts_port_and_the_containers()
    {
        var ports = Read("""[{"Proto":6,"IP":"","Port":80,"HostIP":"","HostPort":8080,"HostPortEnd":8080},{"Proto":17,"Port":53,"HostIP":"192.0.2.1","HostPort":5353,"HostPortEnd":5353}]""");

        Assert.Equal(["tcp-8080 TCP 8080 80 ", "udp-5353 UDP 5353 53 192.0.2.1"], ports.Select(port => $"{port.Name} {port.Protocol} {port.HostPort} {port.Port} {port.HostIP}"));
    }

    [Fact]
    public void What_leaves_the_choice_to_the_driver_gets_a_free_port_that_no_other_has()
    {
        var wanted = Read("""[{"Proto":6,"Port":80,"HostPort":0,"HostPortEnd":0},{"Proto":6,"Port":443},{"Proto":17,"Port":80},{"Proto":6,"Port":81,"HostPort":8081}]""");
        var first = HostPorts.Choose("0000aa", wanted, []);

        Assert.Equal(["8081 81 TCP", "61000 80 TCP", "61001 443 TCP", "61000 80 UDP"], first.Select(port => $"{port.HostPort} {port.Port} {port.Protocol}"));
        Assert.Equal(["tcp-8081", "tcp-61000", "tcp-61001", "udp-61000"], first.Select(port => port.Name));

        var other = new Resource<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, new() { Name = "other" }, new() { Workload = "web", Ports = [.. first] });
        Assert.Equal([61002, 61003], HostPorts.Choose("0000bb", [.. wanted.Take(2)], [other]).Select(port => (int)port.HostPort.GetValueOrDefault()));
        Assert.Contains("published by web already", Assert.Throws<PluginException>(() => HostPorts.Choose("0000bb", wanted, [other])).Message, StringComparison.Ordinal);
        Assert.Empty(PortMapping.Read(options: null));
    }

    [Theory]
    [InlineData("""[{"Proto":6,"Port":80,"HostPort":8080,"HostPortEnd":8090}]""", "-p 8080-8090")]
    [InlineData("""[{"Proto":6,"Port":80,"HostPort":70000}]""", "HostPort '70000'")]
    [InlineData("""[{"Proto":"tcp","Port":80,"HostPort":80}]""", "Proto 'tcp'")]
    [InlineData("""[{"Proto":6,"Port":-1,"HostPort":80}]""", "Port '-1'")]
    [InlineData("""[{"Proto":6,"Port":80,"HostPort":80,"HostIP":"here"}]""", "'here' is not an address")]
    [InlineData("[7]", "is no object")]
    public void What_cannot_be_read_is_named(string mappings, string fault) =>
        Assert.Contains(fault, Assert.Throws<PluginException>(() => Read(mappings)).Message, StringComparison.Ordinal);

    private static IReadOnlyList<EndpointPort> Read(string mappings) =>
        [.. PortMapping.Read(new Dictionary<string, JsonElement> { ["com.docker.network.portmap"] = JsonDocument.Parse(mappings).RootElement })];
}
