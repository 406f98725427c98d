using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Calico.Ctl.Output;
using Calico.Datastore;
using Calico.Datastore.Backup;
using Calico.Datastore.Resources;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Store;
using Calico.Model.Validation;

namespace Calico.Ctl.Input;

/// <summary>Reads what <see cref="StoreYaml"/> wrote, back into keys and values: uid, time of creation and status are kept.</summary>
internal sealed class StoreManifest
{
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    /// <exception cref="CommandException">Something in it cannot be read; every fault is named with its line.</exception>
    public static StoreBackup Read(string file, TextReader text)
    {
        var store = new StoreManifest();
        var manifest = Manifest.Read(file, text, store.Take);
        if (manifest.Errors.Count > 0)
            throw new CommandException(string.Join('\n', manifest.Errors));

        return store._values.Count > 0 ? new(Revision: 0, store._values) : throw new CommandException($"{file}: no resources in it");
    }

    private IReadOnlyList<string> Take(JsonObject document, SourcePlace place)
    {
        try
        {
            var (key, value) = $"{document["kind"]}" switch
            {
                StoreYaml.BlockKind => Block(Spec(document)),
                StoreYaml.AffinityKind => Affinity(Spec(document)),
                StoreYaml.HandleKind => Handle(Spec(document)),
                StoreYaml.ConfigurationKind => (StoreKeys.IpamConfiguration, Bytes(Spec(document))),
                _ => Resource(document, place, out var errors) is { } resource ? (StoreKeys.Of(ResourceId.Of(resource)), StoreCodec.Write(resource)) : throw new CommandException(string.Join('\n', errors)),
            };
            return _values.TryAdd(key, value) ? [] : [place.Locate($"{key} comes twice")];
        }
        catch (CommandException e)
        {
            return [e.Message];
        }
        catch (Exception e) when (e is UnreadableException or JsonException or FormatException or InvalidOperationException)
        {
            return [place.Locate(e is UnreadableException unreadable ? unreadable.Reason : e.Message)];
        }
    }

    private static IResource? Resource(JsonObject document, SourcePlace place, out IReadOnlyList<string> errors)
    {
        errors = [.. ResourceReader.Read(document).Errors.Select(place.Locate)];
        if (errors.Count > 0)
            return null;

        using var json = JsonDocument.Parse(document.ToJsonString());
        return ResourceStore.Complete(ResourceJson.Read(json.RootElement, ModelJson.Default));
    }

    private static (string Key, byte[] Value) Block(JsonObject spec) => TryPrefix(spec) is { } cidr
        ? Checked(new StoreName.OfBlock(cidr), StoreKeys.Block(cidr), Bytes(spec))
        : throw new FormatException("spec.cidr: expected the prefix of the block");

    private static (string Key, byte[] Value) Affinity(JsonObject spec)
    {
        if (TryPrefix(spec) is not { } cidr || $"{spec["node"]}" is not { Length: > 0 } node)
            throw new FormatException("spec.cidr and spec.node: expected the prefix of the block and the node that has it");

        foreach (var field in (string[])["node", "cidr", "type"])
            spec.Remove(field);
        return Checked(new StoreName.OfAffinity(node, cidr), StoreKeys.Affinity(node, cidr), spec.Count == 0 ? [] : Bytes(spec));
    }

    private static (string Key, byte[] Value) Handle(JsonObject spec)
    {
        if ($"{spec["handleID"]}" is not { Length: > 0 } id)
            throw new FormatException("spec.handleID: expected the handle's name");

        spec.Remove("handleID");
        return Checked(new StoreName.OfHandle(id), StoreKeys.Handle(id), Bytes(spec));
    }

    /// <exception cref="UnreadableException">The value is none that could be read again.</exception>
    private static (string Key, byte[] Value) Checked(StoreName name, string key, byte[] value)
    {
        StoreCodec.Read(name, new StoredValue(key, value, 0));
        return (key, value);
    }

    private static System.Net.IPNetwork? TryPrefix(JsonObject spec) => AddressArithmetic.TryParseNetwork($"{spec["cidr"]}", out var cidr) ? cidr : null;

    private static JsonObject Spec(JsonObject document) => document["spec"]?.DeepClone() as JsonObject ?? throw new FormatException("spec: expected an object");

    private static byte[] Bytes(JsonObject value) => Encoding.UTF8.GetBytes(value.ToJsonString());
}
