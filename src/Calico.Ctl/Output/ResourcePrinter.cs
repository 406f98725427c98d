using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ctl.Output;

/// <summary>Prints resources in the form that <c>-o</c> asks for.</summary>
internal sealed class ResourcePrinter
{
    private const string CustomColumns = "custom-columns=";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _format;

    private ResourcePrinter(string format) => _format = format;

    /// <summary>True if the tables need what the cluster's BGPConfiguration says.</summary>
    public bool NeedsDefaults => _format == "wide" || _format.StartsWith(CustomColumns, StringComparison.Ordinal);

    /// <param name="format">As given to <c>-o</c>.</param>
    /// <exception cref="CommandException">No form that is known.</exception>
    public static ResourcePrinter Of(string format)
    {
        if (format is "ps" or "wide" or "yaml" or "yml" or "json" or "name")
            return new(format);
        if (format.StartsWith(CustomColumns, StringComparison.Ordinal) && format.Length > CustomColumns.Length)
            return new(format);

        throw new CommandException($"unrecognized output format '{format}': use ps, wide, yaml, json, name or custom-columns=NAME,…");
    }

    /// <param name="found">In the order of the question.</param>
    /// <param name="showNamespace">A first column NAMESPACE for namespaced kinds.</param>
    /// <param name="defaults">For cells that the resource leaves to the cluster.</param>
    public string Print(IReadOnlyList<Found> found, bool showNamespace, ClusterDefaults defaults) => _format switch
    {
        "yaml" or "yml" => YamlText.Write(ToJson(found)),
        "json" => ToJson(found).ToJsonString(Indented) + "\n",
        "name" => string.Concat(found.SelectMany(part => part.Resources).Select(resource => $"{resource.Kind.Name.ToLowerInvariant()}/{resource.Metadata.Name}\n")),
        _ => string.Concat(ByKind(found).Select(part => PrintTable(part, showNamespace, defaults))),
    };

    /// <summary>One thing alone stands by itself, several make an array.</summary>
    private static JsonNode ToJson(IReadOnlyList<Found> found)
    {
        var parts = found.SelectMany(part => part.IsList ? [ToList(part)] : part.Resources.Select(ResourceJson.Write)).ToArray();
        return parts is [var only] ? only : new JsonArray([.. parts]);
    }

    private static JsonObject ToList(Found found) => new()
    {
        ["apiVersion"] = ResourceKind.ApiVersion,
        ["kind"] = found.Kind.Name + "List",
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. found.Resources.Select(ResourceJson.Write)]),
    };

    /// <summary>Neighbours of one kind share a table.</summary>
    private static IEnumerable<Found> ByKind(IReadOnlyList<Found> found) =>
        found.GroupBy(part => part.Kind).Select(group => new Found(group.Key, IsList: true, [.. group.SelectMany(part => part.Resources)]));

    private string PrintTable(Found found, bool showNamespace, ClusterDefaults defaults)
    {
        IEnumerable<Column> columns = Chosen(found.Kind);
        if (showNamespace && found.Kind.IsNamespaced && !columns.Contains(Columns.Namespace))
            columns = columns.Prepend(Columns.Namespace);

        var list = columns.ToList();
        var rows = Sorted(found).Select(resource => list.Select(column => column.Cell(resource, defaults)).ToArray()).ToArray();
        return PaddedTable.Write([.. list.Select(column => column.Heading)], rows);
    }

    private IReadOnlyList<Column> Chosen(ResourceKind kind)
    {
        var all = Columns.Of(kind);
        if (_format == "wide")
            return [.. all.Where(column => column.IsWide)];
        if (_format == "ps")
            return [.. all.Where(column => column.IsBrief)];

        var known = kind.IsNamespaced ? all.Append(Columns.Namespace).ToList() : all;
        return
        [
            .. _format[CustomColumns.Length..].Split(',').Select(heading => known.FirstOrDefault(column => column.Heading.Equals(heading.Trim(), StringComparison.OrdinalIgnoreCase))
                ?? throw new CommandException($"unknown heading {heading}, valid values are: {string.Join(", ", known.Select(column => column.Heading))}")),
        ];
    }

    private static IEnumerable<IResource> Sorted(Found found) =>
        found.Kind == Kinds.Tier ? found.Resources.OrderBy(tier => ((TierSpec)tier.Spec).Order ?? Columns.DefaultTierOrder) : found.Resources;
}

/// <summary>One thing that <c>get</c> found: a resource asked for by name, or the list of a kind.</summary>
/// <param name="Kind">Of all the resources.</param>
/// <param name="IsList">Printed as a <c>…List</c> in yaml and json, whatever it holds.</param>
/// <param name="Resources">In the store's order.</param>
internal sealed record Found(ResourceKind Kind, bool IsList, IReadOnlyList<IResource> Resources);
