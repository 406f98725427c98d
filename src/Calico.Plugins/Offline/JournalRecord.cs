using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;

namespace Calico.Plugins.Offline;

/// <summary>One line of the journal: something done without the store, or how far the writing back has come.</summary>
internal sealed record JournalRecord
{
    public required JournalVerb Do { get; init; }

    /// <summary>Of something done: its own. Of <see cref="JournalVerb.Begin"/> and <see cref="JournalVerb.Done"/>: whose.</summary>
    public long Number { get; init; }

    public IPAddress? Address { get; init; }

    /// <summary>The handle under which the store has the address.</summary>
    public string? From { get; init; }

    /// <summary>The handle that an address is given to, or released from; null of a release: whichever this host's Docker has it under.</summary>
    public string? Handle { get; init; }

    /// <summary>Of an endpoint, or of a profile.</summary>
    public string? Name { get; init; }

    /// <summary>An endpoint, or a profile.</summary>
    public JsonElement? Resource { get; init; }

    /// <summary>When an address was given out.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>What is in reserve, all of it under <see cref="From"/>.</summary>
    public IReadOnlyList<IPAddress>? Addresses { get; init; }

    [JsonIgnore]
    public Resource<WorkloadEndpointSpec>? Endpoint => Read() as Resource<WorkloadEndpointSpec>;

    [JsonIgnore]
    public Resource<ProfileSpec>? Profile => Read() as Resource<ProfileSpec>;

    public static JournalRecord Put(Resource<WorkloadEndpointSpec> endpoint) => Of(JournalVerb.PutEndpoint, endpoint);

    public static JournalRecord Ensure(Resource<ProfileSpec> profile) => Of(JournalVerb.EnsureProfile, profile);

    private static JournalRecord Of(JournalVerb verb, IResource resource) => new()
    {
        Do = verb,
        Name = resource.Metadata.Name,
        Resource = JsonSerializer.SerializeToElement(ResourceJson.Write(resource), JournalJson.Default.JsonObject),
    };

    private IResource? Read() => Resource is { } json ? ResourceJson.Read(json, ModelJson.Default) : null;
}

internal enum JournalVerb
{
    Assign,
    Release,
    ReleaseAll,
    PutEndpoint,
    DeleteEndpoint,
    EnsureProfile,

    /// <summary>The writing back of a record has begun: from now on the store may have it or not.</summary>
    Begin,

    /// <summary>The store has it, or will never.</summary>
    Done,

    /// <summary>What the host has in reserve, in place of what was said before.</summary>
    Reserve,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    Converters = [typeof(IPAddressJson)])]
[JsonSerializable(typeof(JournalRecord))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonObject))]
internal sealed partial class JournalJson : JsonSerializerContext;
