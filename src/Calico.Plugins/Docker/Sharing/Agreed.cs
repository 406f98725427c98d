using System.Text.Json.Serialization;

namespace Calico.Plugins.Docker.Sharing;

/// <summary>What this engine and the store last agreed on.</summary>
internal sealed record Agreed
{
    /// <summary>The id of the engine's network <c>host</c>: it lives as long as the engine's own store. With another store, nothing was agreed.</summary>
    public string Engine { get; init; } = "";

    /// <summary>Names of networks to uids of their resources.</summary>
    public Dictionary<string, string> Networks { get; init; } = [];
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(Agreed))]
internal sealed partial class AgreedJson : JsonSerializerContext;
