using System.Text.Json.Serialization;

namespace Calico.Model.Store;

/// <summary>The addresses of one workload, so that they can be released together.</summary>
public sealed record Handle
{
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    /// <summary>How many addresses of each block (its prefix as text) the handle holds.</summary>
    public IReadOnlyDictionary<string, int> Block { get; init; } = new Dictionary<string, int>();

    public bool Deleted { get; init; }
}
