using System.Text.Json.Nodes;
using Calico.Model.Resources;
using Calico.Model.Validation;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Calico.Ctl.Input;

/// <summary>Reads the resources of one file: documents, lists of a kind (<c>…List</c> with items) and bare arrays.</summary>
internal sealed class Manifest(TakeDocument? take)
{
    private readonly List<ManifestResource> _resources = [];
    private readonly List<string> _errors = [];

    public IReadOnlyList<ManifestResource> Resources => _resources;

    /// <summary>Each with its file and line.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <param name="file">For messages.</param>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="take">Sees to documents that are no resources for <see cref="Resources"/>; null: all are.</param>
    public static Manifest Read(string file, TextReader text, TakeDocument? take = null)
    {
        var manifest = new Manifest(take);
        try
        {
            var stream = new YamlStream();
            stream.Load(text);
            foreach (var document in stream.Documents)
            {
                var tree = new YamlTree();
                manifest.Add(tree.Convert(document.RootNode), new Origin(file, tree.Lines), "");
            }
        }
        catch (YamlException e)
        {
            manifest._errors.Add($"{file}:{e.Start.Line}:{e.Start.Column}: malformed YAML: {Reason(e)}");
        }

        return manifest;
    }

    private void Add(JsonNode? node, Origin origin, string path)
    {
        switch (node)
        {
            case null:
                break;
            case JsonArray items:
                AddAll(items, origin, path, kind: null);
                break;
            case JsonObject tree when ListKind(tree) is { } kind:
                AddAll(tree["items"] as JsonArray ?? [], origin, path.Length == 0 ? "items" : $"{path}.items", kind);
                break;
            default:
                AddOne(node, new SourcePlace(origin.File, path, origin.Lines));
                break;
        }
    }

    private void AddAll(JsonArray items, Origin origin, string path, string? kind)
    {
        foreach (var (index, item) in items.Index())
        {
            if (kind is { Length: > 0 } && item is JsonObject resource && !resource.ContainsKey("kind"))
            {
                resource["apiVersion"] ??= ResourceKind.ApiVersion;
                resource["kind"] = kind;
            }

            Add(item, origin, $"{path}[{index}]");
        }
    }

    private void AddOne(JsonNode node, SourcePlace place)
    {
        if (node is JsonObject tree && take?.Invoke(tree, place) is { } errors)
        {
            _errors.AddRange(errors);
            return;
        }

        var read = ResourceReader.Read(node);
        _errors.AddRange(read.Errors.Select(place.Locate));
        if (read.Resource is not null)
            _resources.Add(new(read.Resource, place));
    }

    /// <summary>What the list is of: empty for a plain <c>List</c>, null for what is no list.</summary>
    private static string? ListKind(JsonObject tree)
    {
        const string Suffix = "List";
        var word = tree["kind"] is JsonValue value ? value.ToString() : "";
        return word.EndsWith(Suffix, StringComparison.Ordinal) && tree.ContainsKey("items") ? word[..^Suffix.Length] : null;
    }

    /// <summary>The parser's own words without the position it puts before some of them.</summary>
    private static string Reason(YamlException e)
    {
        var message = (e.InnerException as YamlException ?? e).Message;
        var end = message.StartsWith('(') ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        return end < 0 ? message : message[(end + 3)..];
    }

    private sealed record Origin(string File, IReadOnlyDictionary<string, int> Lines);
}

/// <summary>Sees to a document in its own way.</summary>
/// <returns>What is wrong with it, each with its place; null: it is not for this one.</returns>
internal delegate IReadOnlyList<string>? TakeDocument(JsonObject document, SourcePlace place);

/// <summary>A resource that the user gave, and where.</summary>
internal sealed record ManifestResource(IResource Resource, SourcePlace Place);
