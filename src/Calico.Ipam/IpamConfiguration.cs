using System.Text.Json;
using Calico.Datastore;

namespace Calico.Ipam;

/// <summary>The cluster's settings of IPAM, as Calico keeps them (key <c>/calico/ipam/v2/config</c>).</summary>
internal sealed record IpamConfiguration
{
    /// <summary>Of each family, where nothing is set.</summary>
    private const int DefaultMaxBlocks = 20;

    /// <summary>No address of another host's block is ever used.</summary>
    public bool StrictAffinity { get; init; }

    /// <summary>A host may take new blocks.</summary>
    public bool AutoAllocateBlocks { get; init; } = true;

    /// <summary>Of each family.</summary>
    public int MaxBlocksPerHost { get; init; } = DefaultMaxBlocks;

    /// <remarks>Calico leaves out what is false or 0, so in a value that is there, a missing field means that.</remarks>
    public static IpamConfiguration Read(StoredValue? stored)
    {
        if (stored is null)
            return new();

        try
        {
            using var json = JsonDocument.Parse(stored.Value);
            var root = json.RootElement;
            var limit = root.TryGetProperty("maxBlocksPerHost", out var max) && max.TryGetInt32(out var blocks) ? blocks : 0;
            return new()
            {
                StrictAffinity = IsTrue(root, "strict_affinity"),
                AutoAllocateBlocks = IsTrue(root, "auto_allocate_blocks"),
                MaxBlocksPerHost = limit > 0 ? limit : DefaultMaxBlocks,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DatastoreException($"the IPAM settings at {stored.Key} cannot be read: {e.Message}; mend or delete that key", e);
        }
    }

    private static bool IsTrue(JsonElement root, string field) => root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.True;
}
