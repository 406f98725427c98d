using System.Text.Json;
using System.Text.Json.Serialization;

namespace Calico.Model.Addresses;

/// <summary>Writes a value as the string that users know it by, and says what was expected when it cannot read one.</summary>
/// <typeparam name="T">The value.</typeparam>
public abstract class TextJson<T> : JsonConverter<T>
{
    /// <summary>What a good value looks like, for the message: "a prefix such as 10.0.0.0/8".</summary>
    protected abstract string Expected { get; }

    protected abstract bool TryParse(string text, out T? value);

    protected virtual string Format(T value) => value?.ToString() ?? "";

    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString() ?? "",
            JsonTokenType.Number when reader.TryGetInt64(out var number) => number.ToString(),
            _ => throw new JsonException($"expected {Expected}"),
        };
        return TryParse(text, out var value) ? value : throw new JsonException($"'{text}' is not {Expected}");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));
}
