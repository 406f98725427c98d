using System.Text.Json;

namespace Calico.Plugins.Docker.Protocol;

internal sealed record CreateEndpointRequest
{
    public string? NetworkID { get; init; }

    public string? EndpointID { get; init; }

    public EndpointInterface? Interface { get; init; }

    /// <summary>Driver options of the endpoint stand beside Docker's own <c>com.docker.network.…</c>.</summary>
    public Dictionary<string, JsonElement>? Options { get; init; }
}

internal sealed record CreateEndpointResponse(EndpointInterface Interface);

/// <remarks>In a reply, a field that the request had filled must be absent: Docker takes it for an attempt to change it.</remarks>
internal sealed record EndpointInterface
{
    public string? Address { get; init; }

    public string? AddressIPv6 { get; init; }

    public string? MacAddress { get; init; }
}

internal sealed record EndpointRequest
{
    public string? NetworkID { get; init; }

    public string? EndpointID { get; init; }
}

/// <summary>What <c>EndpointOperInfo</c> answers; Docker can show nothing of it.</summary>
internal sealed record EndpointValue(IReadOnlyDictionary<string, string> Value);
