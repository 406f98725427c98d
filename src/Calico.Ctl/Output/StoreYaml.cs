using System.Text.Json;
using System.Text.Json.Nodes;
using Calico.Datastore;
using Calico.Datastore.Backup;
using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Store;

namespace Calico.Ctl.Output;

/// <summary>A whole store as YAML, a document a thing: resources of every kind, and the books of addresses as Calico's kinds for them.</summary>
internal sealed class StoreYaml(StoreBackup backup)
{
    /// <summary>Calico's kinds of what IPAM keeps; their spec is the value as the store has it, with what its key says.</summary>
    public const string BlockKind = "IPAMBlock", AffinityKind = "BlockAffinity", HandleKind = "IPAMHandle", ConfigurationKind = "IPAMConfiguration";

    private readonly List<string> _leftOut = [];

    /// <summary>Keys that no kind is known for, and values that say more than this version can read: a backup has them, an export has not.</summary>
    public IReadOnlyList<string> LeftOut => _leftOut;

    public int Written { get; private set; }

    public async Task WriteAsync(TextWriter output)
    {
        foreach (var document in Documents())
        {
            await output.WriteAsync("---\n");
            await output.WriteAsync(YamlText.Write(document));
            Written++;
        }
    }

    private IEnumerable<JsonObject> Documents()
    {
        var named = backup.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, Name: StoreKeys.Parse(pair.Key), pair.Value)).ToList();
        foreach (var kind in Kinds.All)
        {
            foreach (var (key, name, value) in named.Where(item => item.Name is StoreName.OfResource resource && resource.Id.Kind == kind))
            {
                if (name is not null && Read(key, () => Resource(name, key, value)) is { } document)
                    yield return document;
            }
        }

        foreach (var (key, name, value) in named.Where(item => item.Name is not StoreName.OfResource))
        {
            if (Read(key, () => Book(key, name, value)) is { } document)
                yield return document;
            else if (name is null && key is not StoreKeys.IpamConfiguration and not StoreKeys.LastCommit)
                _leftOut.Add($"{key}: nothing that this version knows");
        }
    }

    private JsonObject? Read(string key, Func<JsonObject?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is UnreadableException or JsonException or InvalidOperationException)
        {
            _leftOut.Add($"{key}: {e.Message}");
            return null;
        }
    }

    private JsonObject Resource(StoreName name, string key, byte[] value)
    {
        var resource = (IResource)StoreCodec.Read(name, new StoredValue(key, value, 0));
        var json = ResourceJson.Write(resource.WithMetadata(resource.Metadata with { ResourceVersion = null }));
        if (!JsonNode.DeepEquals(json, JsonNode.Parse(value)))
            _leftOut.Add($"{key}: fields that this version does not know");
        return json;
    }

    private static JsonObject? Book(string key, StoreName? name, byte[] value) => name switch
    {
        StoreName.OfBlock block => Document(BlockKind, Dashed($"{block.Cidr}"), Spec(value)),
        StoreName.OfAffinity claim => Document(
            AffinityKind, $"{claim.Host}-{Dashed($"{claim.Cidr}")}", With(value.Length == 0 ? [] : Spec(value), ("node", claim.Host), ("cidr", $"{claim.Cidr}"), ("type", "host"))),
        StoreName.OfHandle handle => Document(HandleKind, handle.HandleId, With(Spec(value), ("handleID", handle.HandleId))),
        _ => key == StoreKeys.IpamConfiguration ? Document(ConfigurationKind, "default", Spec(value)) : null,
    };

    private static JsonObject Document(string kind, string name, JsonObject spec) => new()
    {
        ["apiVersion"] = ResourceKind.ApiVersion,
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = spec,
    };

    private static JsonObject Spec(byte[] value) => JsonNode.Parse(value)?.AsObject() ?? throw new JsonException("expected an object");

    private static JsonObject With(JsonObject spec, params (string Field, string Value)[] fields)
    {
        foreach (var (field, text) in fields)
            spec[field] = text;
        return spec;
    }

    private static string Dashed(string prefix) => prefix.Replace('.', '-').Replace(':', '-').Replace('/', '-');
}
