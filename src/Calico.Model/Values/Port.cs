using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Calico.Model.Values;

/// <summary>A port of a rule: a number, an inclusive range, or the name of a port that the endpoint declares.</summary>
/// <remarks>Written <c>80</c>, <c>"8000:8999"</c>, <c>"http"</c>. A named port has <see cref="Name"/> set and no numbers.</remarks>
[JsonConverter(typeof(PortJson))]
public readonly partial record struct Port
{
    private Port(ushort first, ushort last, string? name) => (First, Last, Name) = (first, last, name);

    public Port(ushort number)
        : this(number, number, name: null)
    {
    }

    public ushort First { get; }

    public ushort Last { get; }

    public string? Name { get; }

    public static Port Range(ushort first, ushort last) => new(first, last, name: null);

    public static bool TryParse(string text, out Port port)
    {
        port = default;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0)
        {
            if (!TryNumber(text[..colon], out var first) || !TryNumber(text[(colon + 1)..], out var last) || first > last)
                return false;

            port = Range(first, last);
            return true;
        }

        if (TryNumber(text, out var number))
            port = new(number);
        else if (!text.All(char.IsAsciiDigit) && ValidName().IsMatch(text))
            port = new(0, 0, text);
        else
            return false;

        return true;
    }

    public override string ToString() => Name ?? (First == Last ? First.ToString() : $"{First}:{Last}");

    private static bool TryNumber(string text, out ushort number) => ushort.TryParse(text, out number) && number > 0;

    [GeneratedRegex("^[a-zA-Z0-9_.-]{1,128}$", RegexOptions.None, 1000)]
    private static partial Regex ValidName();
}

internal sealed class PortJson : JsonConverter<Port>
{
    public override Port Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.Number ? reader.GetInt64().ToString() : reader.GetString() ?? "";
        return Port.TryParse(text, out var port)
            ? port
            : throw new JsonException($"'{text}' is not a port: a number from 1 to 65535, a range \"min:max\" or a name");
    }

    public override void Write(Utf8JsonWriter writer, Port value, JsonSerializerOptions options)
    {
        if (value.Name is null && value.First == value.Last)
            writer.WriteNumberValue(value.First);
        else
            writer.WriteStringValue(value.ToString());
    }
}
