using System.Text.Json.Serialization;

namespace Calico.Checker.Histories;

/// <summary>One line of a worker's file: an operation as it begins, its end, or something that was told.</summary>
internal sealed record Line
{
    /// <summary>commit, read, allocate, release: an operation begins; end; told, after, problem: of a watcher.</summary>
    public required string Do { get; init; }

    /// <summary>The operation's, unique in the file.</summary>
    public string? Id { get; init; }

    public long At { get; init; }

    public Ending Ending { get; init; }

    public IReadOnlyList<Write>? Writes { get; init; }

    public string? Key { get; init; }

    public string? Value { get; init; }

    public long Revision { get; init; }

    public string? Handle { get; init; }

    public IReadOnlyList<string>? Addresses { get; init; }
}

/// <summary>What the store held in the end.</summary>
internal sealed record FinalState(IReadOnlyList<KeyVersion> Keys, IReadOnlyDictionary<string, string> Books, IReadOnlyList<string> Faults);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Line))]
[JsonSerializable(typeof(FinalState))]
[JsonSerializable(typeof(Workers.WorkerOptions))]
internal sealed partial class LineJson : JsonSerializerContext;
