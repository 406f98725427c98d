using System.Text.Json.Serialization;

namespace Calico.Plugins.Plain;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PlainRequest))]
[JsonSerializable(typeof(PlainWorkload))]
[JsonSerializable(typeof(PlainRefusal))]
internal sealed partial class PlainJson : JsonSerializerContext;

internal sealed record PlainRefusal(string Error);
