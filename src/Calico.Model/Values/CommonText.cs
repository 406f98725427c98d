using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Calico.Model.Values;

/// <summary>Short texts that come again and again in what is read, such as names of labels, nodes and profiles: kept once for all who have read them lately.</summary>
/// <remarks>A table of fixed size without locks: two threads may make the same text twice, and nothing depends on whether a text is shared.</remarks>
internal sealed class CommonText : JsonConverter<string>
{
    private const int Longest = 40;

    private static readonly string?[] Known = new string?[4096];

    /// <summary>The string that the reader is at.</summary>
    public static string Read(ref Utf8JsonReader reader)
    {
        if (reader.HasValueSequence || reader.ValueIsEscaped || reader.ValueSpan.Length > Longest)
            return reader.GetString() ?? "";

        var text = reader.ValueSpan;
        ref var known = ref Known[PlaceOf(text)];
        return known is { } same && Ascii.Equals(text, same) ? same : known = reader.GetString() ?? "";
    }

    public static string Of(ReadOnlySpan<char> text)
    {
        if (text.Length > Longest || !Ascii.IsValid(text))
            return text.ToString();

        Span<byte> octets = stackalloc byte[Longest];
        Encoding.ASCII.GetBytes(text, octets);
        ref var known = ref Known[PlaceOf(octets[..text.Length])];
        return known is { } same && text.SequenceEqual(same) ? same : known = text.ToString();
    }

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Read(ref reader) : throw new JsonException("expected a string");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

    /// <summary>FNV-1a.</summary>
    private static uint PlaceOf(ReadOnlySpan<byte> text)
    {
        var hash = 2166136261u;
        foreach (var octet in text)
            hash = unchecked((hash ^ octet) * 16777619u);
        return hash % 4096;
    }
}
