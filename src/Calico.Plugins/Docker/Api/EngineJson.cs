using System.Text.Json.Serialization;

namespace Calico.Plugins.Docker.Api;

// The parts of the Docker Engine API that are used here; names are the API's (moby: api/swagger.yaml).

[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EngineFacts))]
[JsonSerializable(typeof(EngineNetwork))]
[JsonSerializable(typeof(EngineNetwork[]))]
[JsonSerializable(typeof(EngineContainer[]))]
[JsonSerializable(typeof(ContainerPage))]
[JsonSerializable(typeof(NewNetwork))]
[JsonSerializable(typeof(NetworkCreated))]
[JsonSerializable(typeof(EngineEvent))]
[JsonSerializable(typeof(EngineRefusal))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class EngineJson : JsonSerializerContext;

internal sealed record EngineFacts
{
    /// <summary>Absent from engine 23 on, and empty without one.</summary>
    public string? ClusterStore { get; init; }
}

internal sealed record EngineNetwork
{
    public string Name { get; init; } = "";

    public string Id { get; init; } = "";

    public string? Scope { get; init; }

    public string? Driver { get; init; }

    public bool EnableIPv6 { get; init; }

    public bool Attachable { get; init; }

    public bool Internal { get; init; }

    public EngineIpam? IPAM { get; init; }

    public Dictionary<string, string>? Options { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    /// <summary>
    /// By container id, or by <c>ep-</c> and the endpoint's id while the container starts and for containers of other hosts.
    /// Filled by the call for one network only.
    /// </summary>
    public Dictionary<string, EngineEndpoint>? Containers { get; init; }
}

internal sealed record EngineEndpoint
{
    /// <summary>The container's name.</summary>
    public string? Name { get; init; }

    public string? EndpointID { get; init; }

    /// <summary>With a prefix length; empty if there is none.</summary>
    public string? IPv4Address { get; init; }

    public string? IPv6Address { get; init; }
}

internal sealed record EngineIpam
{
    public string? Driver { get; init; }

    public EngineSubnet[]? Config { get; init; }
}

internal sealed record EngineSubnet
{
    public string? Subnet { get; init; }

    [JsonPropertyName("AuxiliaryAddresses")]
    public Dictionary<string, string>? AuxAddress { get; init; }
}

internal sealed record EngineContainer
{
    public string Id { get; init; } = "";

    /// <summary><c>created</c>, <c>running</c>, <c>exited</c>, …</summary>
    public string? State { get; init; }

    /// <summary>Each with a leading slash.</summary>
    public string[]? Names { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    public EngineAttachments? NetworkSettings { get; init; }
}

/// <summary>Where a container is attached; kept by the engine itself, whatever has become of its cluster store.</summary>
internal sealed record EngineAttachments
{
    /// <summary>By the network's name; of a container that does not run without an endpoint's id.</summary>
    public Dictionary<string, EngineAttachment>? Networks { get; init; }
}

internal sealed record EngineAttachment
{
    public string? EndpointID { get; init; }

    public string? IPAddress { get; init; }

    public string? GlobalIPv6Address { get; init; }

    /// <summary>What the user asked for; null if that is nothing.</summary>
    public EngineWishes? IPAMConfig { get; init; }

    /// <summary>As the user gave them, and before engine 25 the short id; on a container's own page only.</summary>
    public string[]? Aliases { get; init; }

    /// <summary>From engine 25 on, on a container's own page: all its names on the network.</summary>
    public string[]? DNSNames { get; init; }
}

/// <summary>Addresses that a container is to have on a network: <c>--ip</c> and <c>--ip6</c>.</summary>
internal sealed record EngineWishes
{
    public string? IPv4Address { get; init; }

    public string? IPv6Address { get; init; }
}

/// <summary>A container's own page. While the container starts, the engine does not answer it.</summary>
internal sealed record ContainerPage
{
    public string Id { get; init; } = "";

    /// <summary>With a leading slash.</summary>
    public string Name { get; init; } = "";

    public EngineContainerConfig? Config { get; init; }

    public EngineContainerState? State { get; init; }

    public EngineHostConfig? HostConfig { get; init; }

    public EngineAttachments? NetworkSettings { get; init; }
}

internal sealed record EngineContainerState
{
    /// <summary>Why the last start failed; empty if it did not.</summary>
    public string? Error { get; init; }
}

internal sealed record EngineHostConfig
{
    public EngineRestartPolicy? RestartPolicy { get; init; }
}

internal sealed record EngineRestartPolicy
{
    /// <summary><c>no</c>, <c>always</c>, <c>unless-stopped</c>, <c>on-failure</c>.</summary>
    public string? Name { get; init; }
}

internal sealed record EngineContainerConfig
{
    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed record NewNetwork
{
    public required string Name { get; init; }

    /// <summary>Without it engines before 23 make a second network of the same name.</summary>
    public bool CheckDuplicate { get; init; } = true;

    public required string Driver { get; init; }

    public bool EnableIPv6 { get; init; }

    public bool Attachable { get; init; }

    public bool Internal { get; init; }

    public required EngineIpam IPAM { get; init; }

    public IReadOnlyDictionary<string, string>? Options { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

internal sealed record NetworkCreated
{
    public string Id { get; init; } = "";
}

internal sealed record EngineEvent
{
    /// <summary><c>network</c>, <c>container</c>, …</summary>
    public string? Type { get; init; }

    public string? Action { get; init; }

    public EngineActor? Actor { get; init; }

    /// <summary>The id of the container that it concerns; null if it concerns none.</summary>
    public string? Container => Type switch
    {
        "container" => Actor?.ID,
        "network" => Actor?.Attributes?.GetValueOrDefault("container"),
        _ => null,
    };
}

/// <summary>What an event is about.</summary>
internal sealed record EngineActor
{
    public string? ID { get; init; }

    /// <summary>Of a container its labels and name; of a network that a container is connected to, the container's id.</summary>
    public Dictionary<string, string>? Attributes { get; init; }
}

internal sealed record EngineRefusal
{
    public string? Message { get; init; }
}
