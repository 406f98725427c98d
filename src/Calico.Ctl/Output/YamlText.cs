using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Calico.Ctl.Output;

/// <summary>Writes JSON as block YAML, in the form that Calico's users know: fields by name, list items level with their field.</summary>
internal static class YamlText
{
    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        switch (node)
        {
            case JsonObject { Count: > 0 } tree:
                WriteFields(text, tree, "");
                break;
            case JsonArray { Count: > 0 } items:
                WriteItems(text, items, "");
                break;
            default:
                text.Append(Plain(node)).Append('\n');
                break;
        }

        return text.ToString();
    }

    /// <param name="text">Stands where the first field's name goes.</param>
    /// <param name="tree">At least one field.</param>
    /// <param name="indent">Of the fields after the first.</param>
    private static void WriteFields(StringBuilder text, JsonObject tree, string indent)
    {
        var isFirst = true;
        foreach (var (name, value) in tree.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            text.Append(isFirst ? "" : indent).Append(Scalar(name)).Append(':');
            isFirst = false;
            switch (value)
            {
                case JsonObject { Count: > 0 } inner:
                    text.Append('\n').Append(indent).Append("  ");
                    WriteFields(text, inner, indent + "  ");
                    break;
                case JsonArray { Count: > 0 } items:
                    text.Append('\n').Append(indent);
                    WriteItems(text, items, indent);
                    break;
                default:
                    text.Append(' ').Append(Plain(value)).Append('\n');
                    break;
            }
        }
    }

    private static void WriteItems(StringBuilder text, JsonArray items, string indent)
    {
        foreach (var (index, item) in items.Index())
        {
            text.Append(index == 0 ? "" : indent).Append("- ");
            switch (item)
            {
                case JsonObject { Count: > 0 } tree:
                    WriteFields(text, tree, indent + "  ");
                    break;
                case JsonArray { Count: > 0 } inner:
                    WriteItems(text, inner, indent + "  ");
                    break;
                default:
                    text.Append(Plain(item)).Append('\n');
                    break;
            }
        }
    }

    private static string Plain(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Scalar(value.ToString()),
        _ => node.ToJsonString(),
    };

    /// <summary>Text as it is where any reader takes it for the same text, otherwise in quotes.</summary>
    private static string Scalar(string text)
    {
        if (text.Any(char.IsControl))
            return $"\"{string.Concat(text.Select(Escape))}\"";

        return NeedsQuotes(text) ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'" : text;
    }

    /// <summary>Also what only a YAML 1.1 reader would take for something else: <c>yes</c>, <c>1:30</c>, <c>0777</c>, a date.</summary>
    private static bool NeedsQuotes(string text)
    {
        if (text.Length == 0 || text != text.Trim())
            return true;
        if ("-?:,[]{}#&*!|>'\"%@`=".Contains(text[0]) || text.EndsWith(':'))
            return true;
        if (text.Contains(": ", StringComparison.Ordinal) || text.Contains(" #", StringComparison.Ordinal))
            return true;

        return LooksLikeNumber(text)
            || text.ToLowerInvariant() is "~" or "null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n";
    }

    /// <summary>Errs to the safe side: all that starts like a number and has nothing in it that no number has.</summary>
    private static bool LooksLikeNumber(string text) =>
        (char.IsAsciiDigit(text[0]) || "+-.".Contains(text[0])) && !IsAddress(text)
        && text.All(character => char.IsAsciiHexDigit(character) || "+-.:_xobinfTZ".Contains(character));

    /// <summary>A dotted quad or a prefix is no number to any reader.</summary>
    private static bool IsAddress(string text) => text.Count(character => character == '.') == 3 && text.All(c => char.IsAsciiDigit(c) || c == '.');

    private static string Escape(char character) => character switch
    {
        '\n' => "\\n",
        '\t' => "\\t",
        '\r' => "\\r",
        '"' => "\\\"",
        '\\' => @"\\",
        _ when char.IsControl(character) => $"\\u{(int)character:x4}",
        _ => character.ToString(),
    };
}
