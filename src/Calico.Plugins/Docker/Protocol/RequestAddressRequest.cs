namespace Calico.Plugins.Docker.Protocol;

internal sealed record RequestAddressRequest
{
    public string? PoolID { get; init; }

    /// <summary><c>--ip</c>; empty: any.</summary>
    public string? Address { get; init; }

    public Dictionary<string, string>? Options { get; init; }
}

/// <param name="Address">With its prefix length.</param>
internal sealed record RequestAddressResponse(string Address);

internal sealed record ReleaseAddressRequest
{
    public string? PoolID { get; init; }

    /// <summary>Without a prefix length.</summary>
    public string? Address { get; init; }
}
