using System.Text.Json.Nodes;

namespace Calico.Ctl.Input.V1;

/// <summary>The fields of one object of a v1 document; what is not taken is told in the end, so that nothing is lost in silence.</summary>
/// <param name="tree">Is left as it is.</param>
/// <param name="path">Of the object in its document.</param>
internal sealed class V1Fields(JsonObject? tree, string path)
{
    private readonly JsonObject _left = (JsonObject?)tree?.DeepClone() ?? [];

    /// <summary>The paths of what was not taken.</summary>
    public IEnumerable<string> Left => _left.Where(pair => pair.Value is not null).Select(pair => $"{path}.{pair.Key}");

    /// <summary>By the first of these names that is there; null if none is.</summary>
    public JsonNode? Take(params ReadOnlySpan<string> names)
    {
        JsonNode? found = null;
        foreach (var name in names)
        {
            if (_left.Remove(name, out var value))
                found ??= value;
        }

        return found;
    }

    public string Text(params ReadOnlySpan<string> names) => Take(names) is { } value ? $"{value}" : "";

    /// <exception cref="FormatException">It is not there; the message names it.</exception>
    public string Must(string name) => Text(name) is { Length: > 0 } text ? text : throw new FormatException($"{path}.{name}: is required");

    public bool IsTrue(string name) => Take(name) is JsonValue value && value.TryGetValue<bool>(out var isTrue) && isTrue;

    public V1Fields Object(string name) => new(Take(name) as JsonObject, $"{path}.{name}");

    /// <summary>Empty if it is not there.</summary>
    public IReadOnlyList<JsonNode> Items(params ReadOnlySpan<string> names) => Take(names) is JsonArray array ? [.. array.OfType<JsonNode>()] : [];
}
