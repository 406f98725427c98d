using System.Net;
using System.Text.Json.Serialization;
using Calico.Model.Values;

namespace Calico.Model.Store;

/// <summary>A block of addresses as the store holds it (Calico's AllocationBlock).</summary>
/// <remarks>Field names and meaning are upstream's, so that its tools can read what we write and we what they wrote.</remarks>
public sealed record Block
{
    public IPNetwork Cidr { get; init; }

    /// <summary><c>host:NAME</c>; null once the host has given the block up while addresses are still in use.</summary>
    public string? Affinity { get; init; }

    /// <summary>By ordinal: an index into <see cref="Attributes"/>, or null if the address is free.</summary>
    public ValueList<int?> Allocations { get; init; } = [];

    /// <summary>Free ordinals; taken from the front, given back at the end.</summary>
    public ValueList<int> Unallocated { get; init; } = [];

    public ValueList<AllocationAttributes> Attributes { get; init; } = [];

    public bool Deleted { get; init; }

    [JsonPropertyName("sequenceNumber")]
    public ulong SequenceNumber { get; init; }

    /// <summary>By ordinal as text: the block's sequence number when the address was given out. Kept for upstream, which asks for it at a release.</summary>
    [JsonPropertyName("sequenceNumberForAllocation")]
    public IReadOnlyDictionary<string, ulong>? SequenceNumberForAllocation { get; init; }

    [JsonPropertyName("affinity_claim_time")]
    public DateTimeOffset? AffinityClaimTime { get; init; }

    public const string HostPrefix = "host:";

    /// <summary>The host with the affinity; null if none has it.</summary>
    [JsonIgnore]
    public string? Host => Affinity?.StartsWith(HostPrefix, StringComparison.Ordinal) == true ? Affinity[HostPrefix.Length..] : null;
}

/// <summary>Whom an address was given to.</summary>
public sealed record AllocationAttributes
{
    [JsonPropertyName("handle_id")]
    public string? HandleId { get; init; }

    /// <summary>Calico's keys: <c>node</c>, <c>namespace</c>, <c>pod</c>, <c>type</c>, and for Docker <c>endpoint</c>.</summary>
    public Labels? Secondary { get; init; }

    /// <summary>Of the next owner, while a virtual machine moves.</summary>
    [JsonPropertyName("alternateOwnerAttrs")]
    public Labels? AlternateOwnerAttrs { get; init; }

    /// <summary>Alone: the address is nobody's and cools down since then.</summary>
    [JsonPropertyName("releasedAt")]
    public DateTimeOffset? ReleasedAt { get; init; }

    [JsonIgnore]
    public bool IsCooling => this is { HandleId: null, Secondary: null, ReleasedAt: not null };
}
