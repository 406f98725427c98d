namespace Calico.Plugins.Docker.Protocol;

internal sealed record RequestPoolRequest
{
    public string? AddressSpace { get; init; }

    /// <summary><c>--subnet</c>; empty: whatever there is.</summary>
    public string? Pool { get; init; }

    /// <summary><c>--ip-range</c></summary>
    public string? SubPool { get; init; }

    /// <summary><c>--ipam-opt</c></summary>
    public Dictionary<string, string>? Options { get; init; }

    public bool V6 { get; init; }
}

internal sealed record RequestPoolResponse(string PoolID, string Pool, IReadOnlyDictionary<string, string> Data);

internal sealed record ReleasePoolRequest
{
    public string? PoolID { get; init; }
}
