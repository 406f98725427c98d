using System.Text.Json;
using System.Text.Json.Nodes;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Model.Resources;

/// <summary>Resources as JSON: <c>apiVersion</c>, <c>kind</c>, <c>metadata</c>, <c>spec</c>.</summary>
public static class ResourceJson
{
    /// <summary>Reads one resource.</summary>
    /// <param name="json">The whole document.</param>
    /// <param name="context"><see cref="ModelJson.Strict"/> for users' files, <see cref="ModelJson.Default"/> for the store.</param>
    /// <exception cref="JsonException">Malformed, an unknown kind, or a bad field; <see cref="JsonException.Path"/> says where.</exception>
    public static IResource Read(JsonElement json, ModelJson context)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new JsonException("expected a resource: an object with apiVersion, kind, metadata and spec", "$", null, null);

        var kind = ReadKind(json);
        if (context == ModelJson.Strict)
            RefuseStrangers(json);

        var metadata = json.TryGetProperty("metadata", out var meta) ? At("metadata", () => meta.Deserialize(context.Metadata)) ?? new() : new();
        var spec = json.TryGetProperty("spec", out var body) && body.ValueKind != JsonValueKind.Null
            ? At("spec", () => body.Deserialize(kind.SpecType, context))
            : JsonSerializer.Deserialize("{}", kind.SpecType, context);
        var resource = Create(kind, metadata, spec ?? throw new JsonException("spec must be an object", "$.spec", null, null));
        return kind.StatusType is { } type && json.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Object
            ? resource.WithStatus(At("status", () => status.Deserialize(type, context)))
            : resource;
    }

    public static JsonObject Write(IResource resource)
    {
        var json = new JsonObject
        {
            ["apiVersion"] = ResourceKind.ApiVersion,
            ["kind"] = resource.Kind.Name,
            ["metadata"] = JsonSerializer.SerializeToNode(resource.Metadata, ModelJson.Default.Metadata),
            ["spec"] = JsonSerializer.SerializeToNode(resource.Spec, resource.Kind.SpecType, ModelJson.Default),
        };
        if (resource is { Status: { } status, Kind.StatusType: { } type })
            json["status"] = JsonSerializer.SerializeToNode(status, type, ModelJson.Default);
        return json;
    }

    /// <summary>A resource of a kind known only at run time.</summary>
    /// <exception cref="ArgumentException">The spec is not of the kind's type.</exception>
    public static IResource Create(ResourceKind kind, Metadata metadata, object spec) => spec switch
    {
        NodeSpec s => new Resource<NodeSpec>(kind, metadata, s),
        IPPoolSpec s => new Resource<IPPoolSpec>(kind, metadata, s),
        IPReservationSpec s => new Resource<IPReservationSpec>(kind, metadata, s),
        BgpConfigurationSpec s => new Resource<BgpConfigurationSpec>(kind, metadata, s),
        BgpPeerSpec s => new Resource<BgpPeerSpec>(kind, metadata, s),
        BgpFilterSpec s => new Resource<BgpFilterSpec>(kind, metadata, s),
        WorkloadEndpointSpec s => new Resource<WorkloadEndpointSpec>(kind, metadata, s),
        HostEndpointSpec s => new Resource<HostEndpointSpec>(kind, metadata, s),
        FelixConfigurationSpec s => new Resource<FelixConfigurationSpec>(kind, metadata, s),
        ProfileSpec s => new Resource<ProfileSpec>(kind, metadata, s),
        TierSpec s => new Resource<TierSpec>(kind, metadata, s),
        PolicySpec s => new Resource<PolicySpec>(kind, metadata, s),
        NetworkSetSpec s => new Resource<NetworkSetSpec>(kind, metadata, s),
        ClusterInformationSpec s => new Resource<ClusterInformationSpec>(kind, metadata, s),
        CalicoNodeStatusSpec s => new Resource<CalicoNodeStatusSpec>(kind, metadata, s),
        DockerNetworkSpec s => new Resource<DockerNetworkSpec>(kind, metadata, s),
        _ => throw new ArgumentException($"{spec.GetType().Name} is not the spec of a kind", nameof(spec)),
    };

    private static ResourceKind ReadKind(JsonElement json)
    {
        var word = Text(json, "kind");
        var version = Text(json, "apiVersion");
        var kind = Kinds.All.FirstOrDefault(known => known.Name == word);
        return kind is null || version != ResourceKind.ApiVersion
            ? throw new JsonException($"unknown resource type ({word}) and/or version ({version})", "$.kind", null, null)
            : kind;
    }

    private static string Text(JsonElement json, string field) =>
        json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";

    private static void RefuseStrangers(JsonElement json)
    {
        foreach (var field in json.EnumerateObject())
        {
            if (field.Name is not ("apiVersion" or "kind" or "metadata" or "spec" or "status"))
                throw new JsonException($"field in document is not recognized or is in the wrong location: {field.Name}", $"$.{field.Name}", null, null);
        }
    }

    /// <summary>Lets the path of an error start at the document rather than at the part that was being read.</summary>
    private static T At<T>(string part, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException e)
        {
            throw new JsonException(e.Message, $"$.{part}{e.Path?.TrimStart('$')}", null, null, e);
        }
    }
}
