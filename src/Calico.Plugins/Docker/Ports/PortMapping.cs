using System.Net;
using System.Text.Json;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using IPProtocol = Calico.Model.Values.Protocol;

namespace Calico.Plugins.Docker.Ports;

/// <summary>The ports that <c>docker run -p</c> publishes, from Docker's words to an endpoint's.</summary>
internal static class PortMapping
{
    /// <summary>Docker's option of CreateEndpoint: a list of <c>{Proto, IP, Port, HostIP, HostPort, HostPortEnd}</c>.</summary>
    private const string Option = "com.docker.network.portmap";

    /// <summary>Without a port of the host (<c>-P</c>, <c>-p 80</c>) Docker leaves the choice to the driver: <see cref="HostPorts.Choose"/> makes it.</summary>
    /// <exception cref="PluginException">A mapping cannot be read.</exception>
    public static ValueList<EndpointPort> Read(IReadOnlyDictionary<string, JsonElement>? options)
    {
        if (options?.TryGetValue(Option, out var mappings) != true || mappings.ValueKind != JsonValueKind.Array)
            return [];

        return [.. mappings.EnumerateArray().Select(ReadOne).Where(port => port.Port > 0).DistinctBy(port => (port.HostIP, port.Name))];
    }

    private static EndpointPort ReadOne(JsonElement mapping)
    {
        var (protocol, hostPort) = (new IPProtocol((byte)Number(mapping, "Proto", byte.MaxValue)), (ushort)Number(mapping, "HostPort", ushort.MaxValue));
        if (Number(mapping, "HostPortEnd", ushort.MaxValue) is var end && end > hostPort)
            throw new PluginException($"-p {hostPort}-{end}: Calico driver publishes one port of the host for one of the container; name one, or as many on both sides");

        var address = mapping.TryGetProperty("HostIP", out var text) && text is { ValueKind: JsonValueKind.String } && text.GetString() is { Length: > 0 } given
            ? IPAddress.TryParse(given, out var parsed) ? parsed : throw new PluginException($"-p {given}:{hostPort}: '{given}' is not an address")
            : null;
        var port = (ushort)Number(mapping, "Port", ushort.MaxValue);
        return new()
        {
            Name = hostPort > 0 ? Name(protocol, hostPort) : $"{Name(protocol, hostPort)}-{port}",
            Protocol = protocol,
            Port = port,
            HostPort = hostPort,
            HostIP = address,
        };
    }

    /// <summary>Names of endpoints' ports are short; each host port of a protocol is published once.</summary>
    public static string Name(IPProtocol protocol, ushort hostPort) => $"{protocol.ToString().ToLowerInvariant()}-{hostPort}";

    private static int Number(JsonElement mapping, string name, int most) =>
        mapping.ValueKind != JsonValueKind.Object ? throw new PluginException($"{Option}: a mapping is no object")
        : !mapping.TryGetProperty(name, out var value) ? 0
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 && number <= most ? number
        : throw new PluginException($"{Option}: {name} '{value}' is not a number from 0 to {most}");
}
