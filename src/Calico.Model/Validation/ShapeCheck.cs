using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;

namespace Calico.Model.Validation;

/// <summary>Holds a JSON tree to the shape of a type: names of fields, kinds of values.</summary>
/// <remarks>Puts the tree right as it goes: names in their own case, nulls and fields that say nothing removed.</remarks>
internal sealed class ShapeCheck(ModelJson json, Findings findings)
{
    public void Check(JsonNode node, Type type, string path)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare == typeof(Labels))
            CheckLabels(node, path);
        else if (bare.IsGenericType && bare.GetGenericTypeDefinition() == typeof(ValueList<>))
            CheckList(node, bare.GetGenericArguments()[0], path);
        else if (json.GetTypeInfo(bare) is { Kind: JsonTypeInfoKind.Object } shape)
            CheckObject(node, shape, path);
        else
            CheckValue(node, bare, path);
    }

    /// <summary>Gives each field the name that is known for it, and reports the fields that none is known for.</summary>
    public static void Normalize(JsonObject tree, IReadOnlyCollection<string> names, string path, Findings findings)
    {
        foreach (var (given, value) in tree.ToList())
        {
            var name = names.FirstOrDefault(known => known.Equals(given, StringComparison.OrdinalIgnoreCase));
            if (name is null)
                findings.Wrong(Join(path, given), value: null, $"field in document is not recognized or is in the wrong location: {given}");
            else if (name != given && tree.ContainsKey(name))
                findings.Wrong(Join(path, given), value: null, $"the field is given twice, as {name} and {given}");
            else if (name != given)
            {
                tree.Remove(given);
                tree[name] = value?.DeepClone();
            }
        }
    }

    private void CheckObject(JsonNode node, JsonTypeInfo shape, string path)
    {
        if (node is not JsonObject tree)
        {
            findings.Wrong(path, Show(node), "expected fields (name: value)");
            return;
        }

        SetAside(tree, shape.Type, path);
        Normalize(tree, [.. shape.Properties.Select(property => property.Name)], path, findings);
        foreach (var property in shape.Properties)
        {
            if (!tree.TryGetPropertyValue(property.Name, out var value))
            {
                // A record's positional part has no default; without it the record would hold a null that its type denies.
                findings.WrongIf(property.AssociatedParameter is { IsMemberInitializer: false, HasDefaultValue: false }, Join(path, property.Name), value: null, "is required");
                continue;
            }

            if (value is null)
                tree.Remove(property.Name);
            else if (InItsCase(value, property.PropertyType) is { } name)
                tree[property.Name] = name;
            else
                Check(value, property.PropertyType, Join(path, property.Name));
        }
    }

    /// <summary>Removes the fields of Calico's that this version has no part for, and reports those that ask for something.</summary>
    private void SetAside(JsonObject tree, Type type, string path)
    {
        foreach (var (name, value) in tree.ToList())
        {
            if (UpstreamFields.Find(type, name) is not { } upstream)
                continue;

            tree.Remove(name);
            if (upstream.Reason is not null && value is not null && !upstream.Harmless.Contains(value.ToJsonString()))
                findings.Unsupported(Join(path, name), Show(value), upstream.Reason);
        }
    }

    private void CheckList(JsonNode node, Type itemType, string path)
    {
        if (node is not JsonArray items)
        {
            findings.Wrong(path, Show(node), "expected a list");
            return;
        }

        foreach (var (index, item) in items.ToList().Index())
        {
            if (item is null)
                findings.Wrong($"{path}[{index}]", value: null, "the item is empty");
            else
                Check(item, itemType, $"{path}[{index}]");
        }
    }

    private void CheckLabels(JsonNode node, string path)
    {
        if (node is not JsonObject tree)
        {
            findings.Wrong(path, Show(node), "expected names and values (name: value)");
            return;
        }

        foreach (var (key, value) in tree)
            findings.WrongIf(value?.GetValueKind() != JsonValueKind.String, Join(path, key), Show(value), "must be text: put it in quotes");
    }

    private void CheckValue(JsonNode node, Type type, string path)
    {
        if (Expected(node, type) is { } reason)
        {
            findings.Wrong(path, Show(node), reason);
            return;
        }

        if (json.GetTypeInfo(type) is not { } leaf)
            return; // a type read by a converter of its property's own, which speaks when the whole is read

        try
        {
            node.Deserialize(leaf);
        }
        catch (JsonException e)
        {
            findings.Wrong(path, value: null, e.Message);
        }
    }

    /// <summary>What is wrong with a plain value, in words better than the serializer's; null if nothing is or a converter is to say.</summary>
    private static string? Expected(JsonNode node, Type type)
    {
        var kind = node.GetValueKind();
        if (type == typeof(string))
            return kind == JsonValueKind.String ? null : "must be text: put it in quotes";
        if (type == typeof(bool))
            return kind is JsonValueKind.True or JsonValueKind.False ? null : "must be true or false";
        if (type == typeof(double))
            return kind == JsonValueKind.Number ? null : "must be a number";
        if (type.IsEnum)
            return kind == JsonValueKind.String && EnumNames(type).Contains(node.GetValue<string>()) ? null : $"must be one of {string.Join(", ", EnumNames(type))}";
        if (IntegerRange(type) is not var (least, most))
            return kind is JsonValueKind.Object or JsonValueKind.Array ? "expected a single value" : null;

        var isWhole = kind == JsonValueKind.Number && long.TryParse(node.ToJsonString(), out var number) && number >= least && number <= most;
        return isWhole ? null : $"must be a whole number from {least} to {most}";
    }

    /// <summary>Felix reads its settings in any case; the name in its own case, or null of any other value.</summary>
    private static string? InItsCase(JsonNode node, Type type) =>
        Nullable.GetUnderlyingType(type) == typeof(EndpointToHostAction) && node.GetValueKind() == JsonValueKind.String
            ? Enum.GetNames<EndpointToHostAction>().FirstOrDefault(name => name.Equals(node.GetValue<string>(), StringComparison.OrdinalIgnoreCase))
            : null;

    /// <summary>Without the name for "not given".</summary>
    private static IEnumerable<string> EnumNames(Type type) => Enum.GetNames(type).Where(name => name != "Unset");

    private static (long Least, long Most)? IntegerRange(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => (byte.MinValue, byte.MaxValue),
        TypeCode.UInt16 => (ushort.MinValue, ushort.MaxValue),
        TypeCode.Int32 => (int.MinValue, int.MaxValue),
        _ => null,
    };

    private static string Show(JsonNode? node)
    {
        const int Most = 60;
        var text = node is JsonValue ? node.ToString() : node?.ToJsonString() ?? "null";
        return text.Length <= Most ? text : text[..Most] + "…";
    }

    private static string Join(string path, string field) => path.Length == 0 ? field : $"{path}.{field}";
}
