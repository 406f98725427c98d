using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Calico.Model.Store;

namespace Calico.Datastore.Backup;

/// <summary>Everything that is kept under Calico's keys, as of one revision: resources, addresses, and what is not known here.</summary>
/// <remarks>
/// As a file it is a JSON object a line: a head with the number of keys, by which a file that was cut short is known, then each key with its value, as
/// text where it is text. What nodes say of themselves is left out: they say it anew.
/// </remarks>
/// <param name="Revision">Of the store it was made of.</param>
/// <param name="Values">By key.</param>
public sealed record StoreBackup(long Revision, IReadOnlyDictionary<string, byte[]> Values)
{
    /// <summary>As many writes as etcd takes in a transaction by default are 128.</summary>
    private const int Batch = 100;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="DatastoreException">The store cannot be reached.</exception>
    public static async Task<StoreBackup> OfAsync(IStore store, CancellationToken cancellation)
    {
        var listing = await store.ListAsync(StoreKeys.Root, cancellation);
        return new(
            listing.Revision,
            listing.Items.Where(stored => !stored.Key.StartsWith(StoreKeys.Statuses, StringComparison.Ordinal)).ToDictionary(stored => stored.Key, stored => stored.Value.ToArray(), StringComparer.Ordinal));
    }

    /// <exception cref="FormatException">It is no backup, is of a newer version, or was cut short; the message names the line.</exception>
    public static async Task<StoreBackup> ReadAsync(TextReader input, CancellationToken cancellation)
    {
        var head = Parse(await input.ReadLineAsync(cancellation), BackupJson.Default.BackupHead, 1);
        if (head.Version != BackupHead.Known)
            throw new FormatException(head.Version == 0 ? "line 1: not the head of a backup" : $"line 1: a backup of form {head.Version}, this version reads form {BackupHead.Known}");

        var values = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var line = 2; await input.ReadLineAsync(cancellation) is { } text; line++)
        {
            var item = Parse(text, BackupJson.Default.BackupItem, line);
            if (!item.Key.StartsWith(StoreKeys.Root, StringComparison.Ordinal))
                throw new FormatException($"line {line}: the key '{item.Key}' is not under {StoreKeys.Root}");
            values[item.Key] = item.Text is { } value ? Strict.GetBytes(value) : item.Bytes ?? [];
        }

        return values.Count == head.Keys ? new(head.Revision, values) : throw new FormatException($"it has {values.Count} keys of the {head.Keys} that its head speaks of: the file was cut short");
    }

    public async Task WriteAsync(TextWriter output, DateTimeOffset madeAt)
    {
        await output.WriteLineAsync(JsonSerializer.Serialize(new(BackupHead.Known, Revision, Values.Count, madeAt), BackupJson.Default.BackupHead));
        foreach (var (key, value) in Values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            await output.WriteLineAsync(JsonSerializer.Serialize(Item(key, value), BackupJson.Default.BackupItem));
    }

    /// <summary>The keys in which this and another differ, each with <c>+</c> (only there), <c>-</c> (only here) or <c>~</c>.</summary>
    public IEnumerable<string> Differences(StoreBackup other)
    {
        foreach (var key in Values.Keys.Union(other.Values.Keys, StringComparer.Ordinal).Where(key => key != StoreKeys.LastCommit).Order(StringComparer.Ordinal))
        {
            var (here, there) = (Values.GetValueOrDefault(key), other.Values.GetValueOrDefault(key));
            if (here is null || there is null)
                yield return $"{(here is null ? '+' : '-')} {key}";
            else if (!here.AsSpan().SequenceEqual(there) && !IsSameJson(here, there))
                yield return $"~ {key}";
        }
    }

    /// <summary>Writes all of it into a store. It must be empty, or is made to hold this and nothing else.</summary>
    /// <remarks>In portions; begun anew after a failure it goes on where it stopped. Keys that go are removed last.</remarks>
    /// <exception cref="DatastoreException">The store cannot be reached, or is not empty.</exception>
    public async Task RestoreAsync(IStore store, bool overwrites, CancellationToken cancellation)
    {
        var now = await OfAsync(store, cancellation);
        if (!overwrites && now.Values.Keys.FirstOrDefault(key => key != StoreKeys.LastCommit && !IsHere(key, now)) is { } stranger)
            throw new DatastoreException($"{store.Description} is not empty: it has {stranger}, among {now.Values.Count} keys that are not all as in the backup; name an empty datastore, or have all of this one replaced");

        var writes = Values.Where(pair => !now.IsHere(pair.Key, this)).Select(pair => StoreWrite.Put(pair.Key, pair.Value))
            .Concat(now.Values.Keys.Where(key => !Values.ContainsKey(key)).Select(key => StoreWrite.Delete(key)));
        foreach (var batch in writes.Chunk(Batch))
            await store.CommitAsync(batch, cancellation);
    }

    /// <summary>Fields in another order, or blanks between them, are no difference.</summary>
    private static bool IsSameJson(byte[] one, byte[] other)
    {
        try
        {
            return JsonNode.DeepEquals(JsonNode.Parse(one), JsonNode.Parse(other));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool IsHere(string key, StoreBackup other) => Values.TryGetValue(key, out var here) && here.AsSpan().SequenceEqual(other.Values[key]);

    private static BackupItem Item(string key, byte[] value)
    {
        try
        {
            return new(key, Strict.GetString(value), Bytes: null);
        }
        catch (DecoderFallbackException)
        {
            return new(key, Text: null, value);
        }
    }

    private static T Parse<T>(string? text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> shape, int line)
    {
        try
        {
            return JsonSerializer.Deserialize(text ?? "", shape) ?? throw new JsonException("it is empty");
        }
        catch (JsonException e)
        {
            throw new FormatException($"line {line}: {e.Message}", e);
        }
    }
}
