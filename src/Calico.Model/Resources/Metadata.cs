using System.Text.Json;
using System.Text.Json.Serialization;
using Calico.Model.Values;

namespace Calico.Model.Resources;

/// <summary>What every resource carries beside its spec.</summary>
public sealed record Metadata
{
    /// <summary>DNS-1123 subdomain, at most 253 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>Of namespaced kinds only; null for global ones.</summary>
    public string? Namespace { get; init; }

    public Labels? Labels { get; init; }

    public Labels? Annotations { get; init; }

    public string? Uid { get; init; }

    /// <summary>The store's revision of the last change, as text; given back on update it makes the update compare-and-swap.</summary>
    public string? ResourceVersion { get; init; }

    [JsonConverter(typeof(UtcTimeJson))]
    public DateTimeOffset? CreationTimestamp { get; init; }
}

/// <summary>Whole seconds in UTC with a Z, as Kubernetes writes times: <c>2026-01-02T03:04:05Z</c>; reads any offset.</summary>
internal sealed class UtcTimeJson : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
}
