using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Calico.Ctl.Input;

/// <summary>What Calico's own <c>calicoctl datastore migrate export</c> writes: resources as YAML, the cluster's information and the books of addresses as JSON, with a line <c>===</c> between them.</summary>
internal static class MigrationExport
{
    private const string Mark = "===";

    /// <returns>Resources and information as documents of one file, each on its line; and the books, null where the text is no such export.</returns>
    /// <exception cref="CommandException">It is a part of one.</exception>
    public static (string Resources, string? Books) Split(string file, string text)
    {
        var lines = text.Split('\n');
        switch (lines.Index().Where(line => line.Item.TrimEnd('\r') == Mark).Select(line => line.Index).ToList())
        {
            case []:
                return (text, null);
            case [var first, var second]:
                lines[first] = "---";
                return (string.Join('\n', lines[..second]), string.Join('\n', lines[(second + 1)..]));
            default:
                throw new CommandException($"{file}: what 'calicoctl datastore migrate export' writes has two lines {Mark}: it was cut short, or put together of several");
        }
    }

    /// <summary>Keys and values as the store has them.</summary>
    /// <exception cref="CommandException">They cannot be read.</exception>
    public static IEnumerable<(string Key, byte[] Value)> Books(string file, string json)
    {
        try
        {
            var books = JsonNode.Parse(json)?.AsObject() ?? [];
            return [.. Lists(books).Concat(books["config"] is { } configuration ? [configuration] : []).Select(Pair)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CommandException($"{file}: the addresses after the second line {Mark} cannot be read: {e.Message}");
        }
    }

    private static IEnumerable<JsonNode?> Lists(JsonObject books) =>
        ((string[])["blocks", "block_affinities", "handles"]).SelectMany(list => books[list]?.AsArray() ?? []);

    private static (string Key, byte[] Value) Pair(JsonNode? pair) => pair?["Key"] is { } key && pair["Value"] is JsonObject value
        ? (key.GetValue<string>(), Encoding.UTF8.GetBytes(value.ToJsonString()))
        : throw new JsonException("expected a Key and a Value");
}
