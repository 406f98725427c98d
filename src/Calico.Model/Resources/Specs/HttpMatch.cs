using Calico.Model.Values;

namespace Calico.Model.Resources.Specs;

/// <summary>What a request must be, as a sidecar proxy reads it.</summary>
public sealed record HttpMatch
{
    public ValueList<string>? Methods { get; init; }

    public ValueList<HttpPath>? Paths { get; init; }
}

/// <summary>One of the two.</summary>
public sealed record HttpPath
{
    public string? Exact { get; init; }

    public string? Prefix { get; init; }
}
