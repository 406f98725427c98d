using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;

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
            throw NotAResource();

        return Read(JsonMarshal.GetRawUtf8Value(json), ReadKind(json), context);
    }

    /// <summary>Reads one resource of a kind that is known, in one pass.</summary>
    /// <exception cref="JsonException">As above, and where it is of another kind.</exception>
    public static IResource Read(ReadOnlySpan<byte> json, ResourceKind kind, ModelJson context)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw NotAResource();

        var (word, version) = ("", "");
        object? metadata = null, spec = null, status = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("kind"u8))
                word = Text(ref reader);
            else if (reader.ValueTextEquals("apiVersion"u8))
                version = Text(ref reader);
            else if (reader.ValueTextEquals("metadata"u8))
                metadata = Part(ref reader, "metadata", typeof(Metadata), context);
            else if (reader.ValueTextEquals("spec"u8))
                spec = word.Length == 0 || word == kind.Name ? Part(ref reader, "spec", kind.SpecType, context) : throw Unlike(word, kind);
            else if (reader.ValueTextEquals("status"u8))
                status = Status(ref reader, kind, context);
            else
                SkipStranger(ref reader, context);
        }

        reader.Read(); // refuses what comes after the resource
        if (word != kind.Name)
            throw Unlike(word, kind);
        if (version != ResourceKind.ApiVersion)
            throw Unknown(word, version);

        // Of a record that says no name the generated reader makes one whose name is null.
        var known = metadata is Metadata { Name: not null } named ? named : (metadata as Metadata ?? new()) with { Name = "" };
        var resource = Create(kind, known, spec ?? JsonSerializer.Deserialize("{}", kind.SpecType, context) ?? throw new JsonException("spec must be an object", "$.spec", null, null));
        return status is null ? resource : resource.WithStatus(status);
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
        return kind is null || version != ResourceKind.ApiVersion ? throw Unknown(word, version) : kind;
    }

    private static JsonException NotAResource() => new("expected a resource: an object with apiVersion, kind, metadata and spec", "$", null, null);

    private static JsonException Unknown(string word, string version) => new($"unknown resource type ({word}) and/or version ({version})", "$.kind", null, null);

    private static JsonException Unlike(string word, ResourceKind kind) => new($"holds a {word} where a {kind} belongs", "$.kind", null, null);

    private static string Text(JsonElement json, string field) =>
        json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";

    private static string Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return CommonText.Read(ref reader);

        reader.Skip();
        return "";
    }

    private static object? Status(ref Utf8JsonReader reader, ResourceKind kind, ModelJson context)
    {
        var ahead = reader;
        ahead.Read();
        if (kind.StatusType is { } type && ahead.TokenType == JsonTokenType.StartObject)
            return Part(ref reader, "status", type, context);

        reader.Skip();
        return null;
    }

    private static void SkipStranger(ref Utf8JsonReader reader, ModelJson context)
    {
        if (context == ModelJson.Strict && reader.GetString() is { } field)
            throw new JsonException($"field in document is not recognized or is in the wrong location: {field}", $"$.{field}", null, null);

        reader.Skip();
    }

    /// <summary>Lets the path of an error start at the document rather than at the part that was being read.</summary>
    private static object? Part(ref Utf8JsonReader reader, string part, Type type, ModelJson context)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return null;

        try
        {
            return JsonSerializer.Deserialize(ref reader, type, context);
        }
        catch (JsonException e)
        {
            throw new JsonException(e.Message, $"$.{part}{e.Path?.TrimStart('$')}", null, null, e);
        }
    }
}
