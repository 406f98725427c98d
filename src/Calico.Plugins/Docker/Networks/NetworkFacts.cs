using System.Text.Json.Serialization;

namespace Calico.Plugins.Docker.Networks;

/// <summary>What a driver call needs to know of a network and no driver call tells.</summary>
/// <param name="Name">As the user gave it.</param>
/// <param name="Mtu">Of the containers' interfaces; null: the kernel's default.</param>
/// <param name="IsInternal">Its containers reach each other and nobody else.</param>
internal sealed record NetworkFacts(string Name, int? Mtu, bool IsInternal = false);

[JsonSourceGenerationOptions(WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Dictionary<string, NetworkFacts>))]
internal sealed partial class NetworkFactsJson : JsonSerializerContext;
