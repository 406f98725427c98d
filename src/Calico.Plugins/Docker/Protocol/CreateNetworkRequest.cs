using System.Text.Json;

namespace Calico.Plugins.Docker.Protocol;

internal sealed record CreateNetworkRequest
{
    public string? NetworkID { get; init; }

    /// <summary><c>com.docker.network.…</c>; the user's <c>-o</c> pairs are an object under <c>com.docker.network.generic</c>.</summary>
    public Dictionary<string, JsonElement>? Options { get; init; }

    public PoolOfNetwork[]? IPv4Data { get; init; }

    public PoolOfNetwork[]? IPv6Data { get; init; }
}

/// <summary>What the IPAM driver gave for one <c>--subnet</c>, or for a whole family.</summary>
internal sealed record PoolOfNetwork
{
    public string? AddressSpace { get; init; }

    public string? Pool { get; init; }

    public string? Gateway { get; init; }
}

internal sealed record NetworkRequest
{
    public string? NetworkID { get; init; }
}
