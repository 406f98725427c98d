using System.Collections.Immutable;

namespace Calico.Calc;

/// <summary>What of the stored resources cannot be used, gathered from the graph's nodes: each keeps its own entries up to date.</summary>
internal sealed class Problems
{
    private readonly Dictionary<object, IReadOnlyList<string>> _entries = [];
    private ImmutableArray<string>? _sorted = [];

    /// <summary>In order; the same array for as long as nothing changes.</summary>
    public ImmutableArray<string> Sorted => _sorted ??= [.. _entries.Values.SelectMany(problems => problems).Order(StringComparer.Ordinal)];

    public void Set(object key, string? problem) => Set(key, problem is null ? [] : [problem]);

    /// <param name="key">Whose problems; what was said of it before is forgotten.</param>
    /// <param name="problems">In words.</param>
    public void Set(object key, IReadOnlyList<string> problems)
    {
        if (problems.SequenceEqual(_entries.GetValueOrDefault(key) ?? []))
            return;

        _sorted = null;
        _entries.Become(key, problems.Count == 0 ? null : problems);
    }
}
