using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Calico.Model.Values;

/// <summary>An autonomous system number, 4 octets; read as a number or in asdot form (<c>1.10</c>), printed plain (RFC 5396).</summary>
[JsonConverter(typeof(AsNumberJson))]
public readonly record struct AsNumber(uint Value)
{
    /// <summary>What Calico uses where nothing else is said.</summary>
    public static readonly AsNumber Default = new(64512);

    public static bool TryParse(string text, out AsNumber number)
    {
        number = default;
        var parts = text.Split('.');
        if (parts.Length == 2
            && ushort.TryParse(parts[0], NumberStyles.None, null, out var high)
            && ushort.TryParse(parts[1], NumberStyles.None, null, out var low))
        {
            number = new(((uint)high << 16) | low);
            return true;
        }

        if (!uint.TryParse(text, NumberStyles.None, null, out var plain))
            return false;

        number = new(plain);
        return true;
    }

    public override string ToString() => Value.ToString();
}

internal sealed class AsNumberJson : JsonConverter<AsNumber>
{
    public override AsNumber Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.Number ? reader.GetInt64().ToString() : reader.GetString() ?? "";
        return AsNumber.TryParse(text, out var number)
            ? number
            : throw new JsonException($"'{text}' is not an AS number: 0 to 4294967295 or asdot such as 1.10");
    }

    public override void Write(Utf8JsonWriter writer, AsNumber value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}
