using System.Text.Json;
using System.Text.Json.Nodes;
using Calico.Model.Validation;

namespace Calico.Ctl.Input;

/// <summary>The fields of one part of a file that is no resource: each is asked for by name, and what nobody asked for is an error.</summary>
/// <param name="tree">The part.</param>
/// <param name="path">Where it is in the document.</param>
/// <param name="errors">Gets what is wrong.</param>
internal sealed class Fields(JsonObject tree, string path, List<FieldError> errors)
{
    private readonly HashSet<string> _known = [];

    public string? Text(string name)
    {
        var node = Take(name);
        return node is null or JsonValue ? node?.ToString() : Wrong<string>(name, "expected a single value");
    }

    /// <summary>One value or a list of them; null if the field is absent.</summary>
    public IReadOnlyList<string>? Texts(string name) => Take(name) switch
    {
        null => null,
        JsonValue one => [one.ToString()],
        JsonArray many when many.All(item => item is JsonValue) => [.. many.Select(item => item?.ToString() ?? "")],
        _ => Wrong<IReadOnlyList<string>>(name, "expected a value or a list of values"),
    };

    public T? Parsed<T>(string name, Func<string, T?> parse, string expected)
        where T : struct => Text(name) is not { } text ? null : parse(text) ?? Refuse<T>(name, text, expected);

    public IReadOnlyList<T>? AllParsed<T>(string name, Func<string, T?> parse, string expected)
        where T : struct =>
        Texts(name)?.Select(text => parse(text) ?? Refuse<T>(name, text, expected)).OfType<T>().ToList();

    /// <summary>Names and texts, such as labels.</summary>
    public IReadOnlyDictionary<string, string> Map(string name) => Take(name) switch
    {
        null => new Dictionary<string, string>(),
        JsonObject map when map.All(item => item.Value is JsonValue) => map.ToDictionary(item => item.Key, item => item.Value?.ToString() ?? ""),
        _ => Wrong<IReadOnlyDictionary<string, string>>(name, "expected names and values (name: value)") ?? new Dictionary<string, string>(),
    };

    /// <summary>The items of a list, each with its own fields.</summary>
    public IEnumerable<Fields> Items(string name)
    {
        if (Take(name) is not { } node)
            yield break;

        if (node is not JsonArray items)
        {
            Wrong<string>(name, "expected a list");
            yield break;
        }

        foreach (var (index, item) in items.Index())
        {
            if (item is JsonObject fields)
                yield return new(fields, $"{Join(name)}[{index}]", errors);
            else
                errors.Add(new($"{Join(name)}[{index}]", item?.ToString(), "expected fields (name: value)"));
        }
    }

    /// <summary>The field's own fields, if it has such.</summary>
    public Fields? Inner(string name) => tree[name] is JsonObject inner && _known.Add(name) ? new(inner, Join(name), errors) : null;

    public void Wrong(string name, string? value, string reason) => errors.Add(new(Join(name), value, reason));

    /// <summary>Reports the fields that nobody asked for.</summary>
    public void End()
    {
        foreach (var (name, _) in tree.Where(field => !_known.Contains(field.Key)))
            errors.Add(new(Join(name), Value: null, $"unknown field; there are {string.Join(", ", _known.Order(StringComparer.Ordinal))}"));
    }

    public string Path => path;

    private JsonNode? Take(string name)
    {
        _known.Add(name);
        return tree[name] is { } node && node.GetValueKind() != JsonValueKind.Null ? node : null;
    }

    private T? Refuse<T>(string name, string text, string expected)
        where T : struct
    {
        errors.Add(new(Join(name), text, $"expected {expected}"));
        return null;
    }

    private T? Wrong<T>(string name, string reason)
        where T : class
    {
        errors.Add(new(Join(name), Value: null, reason));
        return null;
    }

    private string Join(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
