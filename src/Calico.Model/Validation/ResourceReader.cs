using System.Text.Json;
using System.Text.Json.Nodes;
using Calico.Model.Resources;
using Calico.Model.Store;

namespace Calico.Model.Validation;

/// <summary>Reads a resource that a user wrote: every unknown field and every value of the wrong form is named, not just the first.</summary>
/// <remarks>
/// As in Calico's client, the case of field names does not matter. What a user's file may carry over from a server and a
/// client does not send back (status, uid, creation time) is left aside.
/// </remarks>
public static class ResourceReader
{
    private static readonly string[] Parts = ["apiVersion", "kind", "metadata", "spec", "status"];

    private static readonly string[] ServersOwn = ["uid", "creationTimestamp"];

    /// <param name="document">Is left as it is.</param>
    /// <returns>The form is checked here; the rules of the kind are <see cref="ResourceValidator"/>'s.</returns>
    public static ReadResource Read(JsonNode? document)
    {
        if (document is not JsonObject given)
            return Failed(new FieldError("", Value: null, "expected a resource: apiVersion, kind, metadata and spec"));

        var tree = given.DeepClone().AsObject();
        var kind = ReadKind(tree);
        if (kind.Error is not null)
            return Failed(kind.Error);

        var findings = new Findings();
        var shape = new ShapeCheck(ModelJson.Strict, findings);
        ShapeCheck.Normalize(tree, Parts, "", findings);
        tree.Remove("status");
        DropServersOwn(tree);
        CheckPart(tree, "metadata", typeof(Metadata), shape);
        CheckPart(tree, "spec", kind.Kind.SpecType, shape);
        return findings.Errors.Count > 0 ? new(Resource: null, findings.Errors) : Convert(tree);
    }

    private static ReadResource Convert(JsonObject tree)
    {
        try
        {
            using var document = JsonDocument.Parse(tree.ToJsonString());
            return new(ResourceJson.Read(document.RootElement, ModelJson.Strict), []);
        }
        catch (JsonException e)
        {
            return Failed(new FieldError(e.Path?.TrimStart('$', '.') ?? "", Value: null, e.Message));
        }
    }

    private static ReadResource Failed(FieldError error) => new(Resource: null, [error]);

    private static (ResourceKind Kind, FieldError? Error) ReadKind(JsonObject tree)
    {
        var (word, version) = (Text(tree, "kind"), Text(tree, "apiVersion"));
        var kind = Kinds.All.FirstOrDefault(known => known.Name == word);
        if (kind is not null && version == ResourceKind.ApiVersion)
            return (kind, Error: null);

        var unknown = $"unknown resource type ({word}) and/or version ({version})";
        var near = kind ?? Kinds.Find(word);
        var advice = (near, version == ResourceKind.ApiVersion, UpstreamFields.IsKind(word)) switch
        {
            (_, false, _) => $": apiVersion must be {ResourceKind.ApiVersion}",
            (_, _, true) => ": this kind is not supported by this version",
            ({ } meant, _, _) => $": did you mean {meant.Name}?",
            _ => $": the kinds are {string.Join(", ", Kinds.All.Select(known => known.Name))}",
        };
        var isUnsupported = UpstreamFields.IsKind(word);
        return (Kinds.Node, new FieldError(version == ResourceKind.ApiVersion ? "kind" : "apiVersion", Value: null, unknown + advice) { IsUnsupported = isUnsupported });
    }

    private static string Text(JsonObject tree, string field)
    {
        var value = tree.FirstOrDefault(property => property.Key.Equals(field, StringComparison.OrdinalIgnoreCase)).Value;
        return value is JsonValue && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";
    }

    private static void DropServersOwn(JsonObject tree)
    {
        if (tree["metadata"] is not JsonObject metadata)
            return;

        foreach (var name in metadata.Select(field => field.Key).Where(key => ServersOwn.Contains(key, StringComparer.OrdinalIgnoreCase)).ToList())
            metadata.Remove(name);
    }

    private static void CheckPart(JsonObject tree, string part, Type type, ShapeCheck shape)
    {
        if (tree[part] is { } node)
            shape.Check(node, type, part);
        else
            tree.Remove(part);
    }
}
