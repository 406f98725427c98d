using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Calico.Model.Values;

/// <summary>Labels or annotations: names to values, compared by content, listed in ordinal order of the names.</summary>
[JsonConverter(typeof(LabelsJson))]
public sealed class Labels : IReadOnlyDictionary<string, string>, IEquatable<Labels>
{
    private readonly ImmutableSortedDictionary<string, string> _values;

    public Labels(IEnumerable<KeyValuePair<string, string>> values) =>
        _values = values.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private Labels(ImmutableSortedDictionary<string, string> values) => _values = values;

    public static Labels Empty { get; } = new([]);

    public int Count => _values.Count;

    public IEnumerable<string> Keys => _values.Keys;

    public IEnumerable<string> Values => _values.Values;

    public string this[string key] => _values[key];

    public Labels With(string key, string value) => new(_values.SetItem(key, value));

    public Labels Without(string key) => new(_values.Remove(key));

    public bool ContainsKey(string key) => _values.ContainsKey(key);

    public bool TryGetValue(string key, out string value)
    {
        var found = _values.TryGetValue(key, out var stored);
        value = stored ?? "";
        return found;
    }

    /// <summary>The label's value; null where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal string? Find(string key) => _values.TryGetValue(key, out var value) ? value : null;

    public bool Equals(Labels? other) => other is not null && _values.SequenceEqual(other._values);

    public override bool Equals(object? obj) => Equals(obj as Labels);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in _values)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(',', _values.Select(pair => $"{pair.Key}={pair.Value}"));
}

internal sealed class LabelsJson : JsonConverter<Labels>
{
    public override Labels Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected an object of string values");

        var values = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = reader.GetString() ?? "";
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw new JsonException($"the value of '{key}' must be a string");

            values.Add(new(key, reader.GetString() ?? ""));
        }

        return new Labels(values.DistinctBy(pair => pair.Key));
    }

    public override void Write(Utf8JsonWriter writer, Labels value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (key, item) in value)
            writer.WriteString(key, item);
        writer.WriteEndObject();
    }
}
