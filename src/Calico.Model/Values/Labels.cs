using System.Collections;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Calico.Model.Values;

/// <summary>Labels or annotations: names to values, compared by content, listed in ordinal order of the names.</summary>
[JsonConverter(typeof(LabelsJson))]
public sealed class Labels : IReadOnlyDictionary<string, string>, IEquatable<Labels>
{
    /// <summary>In order of the names, each once. An array, since there are many of these and each has few.</summary>
    private readonly KeyValuePair<string, string>[] _pairs;

    /// <summary>The bits of all names (<see cref="LabelName.BitOf"/>): most that are not there are told by one look.</summary>
    private readonly ulong _bits;

    /// <exception cref="ArgumentException">A name comes twice.</exception>
    public Labels(IEnumerable<KeyValuePair<string, string>> values)
    {
        _pairs = [.. values];
        Array.Sort(_pairs, static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        for (var i = 0; i < _pairs.Length; i++)
        {
            _bits |= LabelName.BitOf(_pairs[i].Key);
            if (i > 0 && _pairs[i].Key == _pairs[i - 1].Key)
                throw new ArgumentException($"'{_pairs[i].Key}' comes twice", nameof(values));
        }
    }

    public static Labels Empty { get; } = new([]);

    public int Count => _pairs.Length;

    public IEnumerable<string> Keys => _pairs.Select(pair => pair.Key);

    public IEnumerable<string> Values => _pairs.Select(pair => pair.Value);

    public string this[string key] => Find(key) ?? throw new KeyNotFoundException($"there is no '{key}'");

    public Labels With(string key, string value) => new(Others(key).Append(new(key, value)));

    public Labels Without(string key) => new(Others(key));

    public bool ContainsKey(string key) => Find(key) is not null;

    public bool TryGetValue(string key, out string value)
    {
        var found = Find(key);
        value = found ?? "";
        return found is not null;
    }

    /// <summary>The label's value; null where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal string? Find(in LabelName name)
    {
        if ((_bits & name.Bit) == 0)
            return null;

        var wanted = name.Text;
        foreach (ref readonly var pair in _pairs.AsSpan())
        {
            if (ReferenceEquals(pair.Key, wanted))
                return pair.Value;
        }

        return FindByText(wanted);
    }

    /// <remarks>Not a part of the code above, which is mostly enough.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private string? FindByText(string key) => Find(key);

    /// <remarks>Those that differ do so in length or first character.</remarks>
    private string? Find(string key)
    {
        foreach (var pair in _pairs)
        {
            var name = pair.Key;
            if (ReferenceEquals(name, key) || (name.Length == key.Length && name.Length > 0 && name[0] == key[0] && string.Equals(name, key, StringComparison.Ordinal)))
                return pair.Value;
        }

        return null;
    }

    public bool Equals(Labels? other) => other is not null && _pairs.AsSpan().SequenceEqual(other._pairs);

    public override bool Equals(object? obj) => Equals(obj as Labels);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in _pairs)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_pairs).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(',', _pairs.Select(pair => $"{pair.Key}={pair.Value}"));

    private IEnumerable<KeyValuePair<string, string>> Others(string key) => _pairs.Where(pair => pair.Key != key);
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
            var key = CommonText.Read(ref reader);
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw new JsonException($"the value of '{key}' must be a string");

            values.Add(new(key, CommonText.Read(ref reader)));
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
