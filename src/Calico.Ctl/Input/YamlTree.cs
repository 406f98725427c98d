using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Calico.Ctl.Input;

/// <summary>Turns a YAML document into the JSON it means, keeping the line of every part.</summary>
/// <remarks>
/// Plain scalars are read by YAML 1.2's core schema: <c>yes</c>, <c>1:30</c> and <c>fd00::1</c> are text. JSON is YAML.
/// What aliases unfold to is bounded, so that a small file cannot become a large tree or an endless one.
/// </remarks>
internal sealed class YamlTree
{
    private const int MaxDepth = 64;

    private const int MaxNodes = 300_000;

    private readonly Dictionary<string, int> _lines = new(StringComparer.OrdinalIgnoreCase);
    private int _nodes;

    /// <summary>By path, such as <c>spec.ingress[0].source</c>; the document itself is the empty path.</summary>
    public IReadOnlyDictionary<string, int> Lines => _lines;

    /// <exception cref="YamlException">A part that JSON has no form for, or too much of it.</exception>
    public JsonNode? Convert(YamlNode node) => Convert(node, "", 0);

    private JsonNode? Convert(YamlNode node, string path, int depth)
    {
        if (depth > MaxDepth || ++_nodes > MaxNodes)
            throw new YamlException(node.Start, node.End, "the document is nested too deeply or unfolds to too much");

        _lines.TryAdd(path, (int)node.Start.Line);
        return node switch
        {
            YamlScalarNode scalar => Scalar(scalar),
            YamlSequenceNode sequence => Sequence(sequence, path, depth),
            YamlMappingNode mapping => Mapping(mapping, path, depth),
            _ => throw new YamlException(node.Start, node.End, "this part of YAML is not understood"),
        };
    }

    private JsonArray Sequence(YamlSequenceNode sequence, string path, int depth)
    {
        var array = new JsonArray();
        foreach (var (index, item) in sequence.Children.Index())
            array.Add(Convert(item, $"{path}[{index}]", depth + 1));
        return array;
    }

    private JsonObject Mapping(YamlMappingNode mapping, string path, int depth)
    {
        var tree = new JsonObject();
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } name })
                throw new YamlException(key.Start, key.End, "the name of a field must be text");

            var inner = path.Length == 0 ? name : $"{path}.{name}";
            _lines.TryAdd(inner, (int)key.Start.Line);
            tree[name] = Convert(value, inner, depth + 1);
        }

        return tree;
    }

    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        var isText = scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any) || scalar.Tag is { IsEmpty: false, Value: "tag:yaml.org,2002:str" };
        if (isText)
            return JsonValue.Create(text);

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ => Number(text) ?? JsonValue.Create(text),
        };
    }

    /// <summary>Null if it is text: also <c>007</c>, whose zeros a number would lose.</summary>
    private static JsonValue? Number(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, null, out var hex))
            return JsonValue.Create(hex);

        var digits = text.AsSpan().TrimStart("+-");
        if (digits.Length == 0 || !(char.IsAsciiDigit(digits[0]) || digits[0] == '.') || (digits is ['0', var next, ..] && char.IsAsciiDigit(next)))
            return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return JsonValue.Create(whole);

        const NumberStyles Real = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Real, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) ? JsonValue.Create(real) : null;
    }
}
