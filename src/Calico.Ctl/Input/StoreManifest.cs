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

/// <summary>Reads what <see cref="StoreYaml"/> or Calico's own export wrote, back into keys and values: uid, time of creation and status are kept.</summary>
internal sealed class StoreManifest
{
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);
    private readonly List<string> _leftOut = [];
    private readonly bool _isForeign;

    private StoreManifest(bool isForeign) => _isForeign = isForeign;

    /// <summary>What was read, and what of Calico's own export has no place here.</summary>
    /// <exception cref="CommandException">Something in it cannot be read; every fault is named with its line.</exception>
    public static (StoreBackup Backup, IReadOnlyList<string> LeftOut) Read(string file, TextReader text)
    {
        var (resources, books) = MigrationExport.Split(file, text.ReadToEnd());
        var store = new StoreManifest(isForeign: books is not null);
        var manifest = Manifest.Read(file, new StringReader(resources), store.Take);
        var errors = books is null ? manifest.Errors : [.. manifest.Errors, .. store.TakeBooks(file, books)];
        if (errors.Count > 0)
            throw new CommandException(string.Join('\n', errors));

        return store._values.Count > 0 ? (new(Revision: 0, store._values), store._leftOut) : throw new CommandException($"{file}: no resources in it");
    }

    /// <summary>The books of Calico's own export bear the keys and the values of the store already.</summary>
    private List<string> TakeBooks(string file, string books)
    {
        List<string> errors = [];
        foreach (var (key, value) in MigrationExport.Books(file, books))
        {
            try
            {
                var name = StoreKeys.Parse(key);
                if ((name is null or StoreName.OfResource) && key != StoreKeys.IpamConfiguration)
                    _leftOut.Add($"{key}: nothing that this version knows");
                else if (!_values.TryAdd(key, name is null ? value : Checked(name, key, value).Value))
                    errors.Add($"{file}: {key} comes twice");
            }
            catch (UnreadableException e)
            {
                errors.Add($"{file}: {key}: {e.Reason}");
            }
        }

        return errors;
    }

    private IReadOnlyList<string> Take(JsonObject document, SourcePlace place)
    {
        if (_isForeign && Kinds.Find($"{document["kind"]}") is null)
        {
            _leftOut.Add($"{document["kind"]}({document["metadata"]?["name"]}): a kind that this version does not know");
            return [];
        }

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
