using System.Text.Json;
using System.Text.Json.Nodes;
using Calico.Datastore;
using Calico.Model.Store;

namespace Calico.Ipam;

/// <summary>The cluster's settings of IPAM, as Calico keeps them (key <c>/calico/ipam/v2/config</c>).</summary>
public sealed record IpamConfiguration
{
    /// <summary>Of each family, where nothing is set.</summary>
    private const int DefaultMaxBlocks = 20;

    private const string Strict = "strict_affinity", Allocates = "auto_allocate_blocks", Limit = "maxBlocksPerHost", Cooling = "ipCooldownSeconds";

    private const int MaxAttempts = 100;

    /// <summary>No address of another host's block is ever used.</summary>
    public bool StrictAffinity { get; init; }

    /// <summary>A host may take new blocks.</summary>
    public bool AutoAllocateBlocks { get; init; } = true;

    /// <summary>Of each family; 0: not set, which means 20.</summary>
    public int MaxBlocksPerHost { get; init; }

    /// <summary>How long a released address is given to nobody; 0: it goes to the end of the line.</summary>
    public int CooldownSeconds { get; init; }

    internal TimeSpan Cooldown => TimeSpan.FromSeconds(CooldownSeconds);

    /// <summary>Of each family.</summary>
    public int EffectiveMaxBlocks => MaxBlocksPerHost > 0 ? MaxBlocksPerHost : DefaultMaxBlocks;

    /// <summary>Why these settings cannot be; null if they can (Calico's rules for SetIPAMConfig).</summary>
    public string? Problem => this switch
    {
        { StrictAffinity: false, AutoAllocateBlocks: false } => "without automatic blocks StrictAffinity must be true: else no host could have an address of its own block",
        { MaxBlocksPerHost: < 0 } => $"MaxBlocksPerHost is {MaxBlocksPerHost}; it must be 0 (the default, {DefaultMaxBlocks}) or more",
        { MaxBlocksPerHost: > 0, StrictAffinity: false } => "MaxBlocksPerHost requires StrictAffinity to be enabled",
        { CooldownSeconds: < 0 } => $"IPCooldownSeconds is {CooldownSeconds}; it must be 0 (none) or more",
        _ => null,
    };

    public static async Task<IpamConfiguration> ReadAsync(IStore store, CancellationToken cancellation) => Read(await store.GetAsync(StoreKeys.IpamConfiguration, cancellation));

    /// <summary>Changes the settings; fields of the stored value that are not known here stay.</summary>
    /// <returns>Why they cannot be so; null if they are so now.</returns>
    public static async Task<string?> ChangeAsync(IStore store, Func<IpamConfiguration, IpamConfiguration> change, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var stored = await store.GetAsync(StoreKeys.IpamConfiguration, cancellation);
            var wanted = change(Read(stored));
            if (wanted.Problem is { } problem)
                return problem;

            var value = JsonSerializer.SerializeToUtf8Bytes(wanted.WriteInto(stored is null ? [] : JsonNode.Parse(stored.Value.Span)?.AsObject() ?? []), IpamJson.Default.JsonObject);
            if (await store.CommitAsync([StoreWrite.Put(StoreKeys.IpamConfiguration, value, stored?.Revision ?? 0)], cancellation) is CommitResult.Committed)
                return null;
        }

        return $"somebody else changed the settings at each of {MaxAttempts} attempts: try again";
    }

    /// <remarks>Calico leaves out what is false or 0, so in a value that is there, a missing field means that.</remarks>
    internal static IpamConfiguration Read(StoredValue? stored)
    {
        if (stored is null)
            return new();

        try
        {
            using var json = JsonDocument.Parse(stored.Value);
            var root = json.RootElement;
            return new()
            {
                StrictAffinity = IsTrue(root, Strict),
                AutoAllocateBlocks = IsTrue(root, Allocates),
                MaxBlocksPerHost = Math.Max(0, Number(root, Limit)),
                CooldownSeconds = Math.Max(0, Number(root, Cooling)),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DatastoreException($"the IPAM settings at {stored.Key} cannot be read: {e.Message}; mend or delete that key", e);
        }
    }

    private JsonObject WriteInto(JsonObject json)
    {
        Set(Strict, StrictAffinity ? JsonValue.Create(true) : null);
        Set(Allocates, AutoAllocateBlocks ? JsonValue.Create(true) : null);
        Set(Limit, MaxBlocksPerHost > 0 ? JsonValue.Create(MaxBlocksPerHost) : null);
        Set(Cooling, CooldownSeconds > 0 ? JsonValue.Create(CooldownSeconds) : null);
        return json;

        void Set(string field, JsonValue? value)
        {
            if (value is null)
                json.Remove(field);
            else
                json[field] = value;
        }
    }

    private static bool IsTrue(JsonElement root, string field) => root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.True;

    private static int Number(JsonElement root, string field) => root.TryGetProperty(field, out var value) && value.TryGetInt32(out var number) ? number : 0;
}
