using Calico.Model.Resources;
using Calico.Model.Selectors;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>Which selectors match which things, kept up to date by looking only at pairs that a change can touch.</summary>
/// <remarks>
/// Each selector is filed under the narrowest thing it asks of one label (a value, one of some values, or that the label is there), and
/// each thing under its labels; only pairs that meet there are evaluated. A selector that asks for no label meets everything.
/// </remarks>
/// <param name="changed">Called for each pair when it begins to match (true) or ceases to.</param>
internal sealed class SelectorIndex<TKey>(Action<TKey, ResourceId, bool> changed)
    where TKey : notnull
{
    private readonly Dictionary<TKey, Entry> _entries = [];
    private readonly Dictionary<ResourceId, Item> _items = [];
    private readonly Files<Entry> _filedEntries = new();
    private readonly Files<Item> _filedItems = new();
    private readonly HashSet<Entry> _unfiled = []; // ask for no label

    private sealed record Entry(TKey Key, Selector Selector)
    {
        public HashSet<ResourceId> Matches { get; } = [];

        /// <summary>The label, and the values it may have; null: any value. A null label: none is asked for.</summary>
        public (string? Label, IReadOnlySet<string>? Values) Anchor { get; } = Narrowest(Selector);

        public bool Equals(Entry? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => Key.GetHashCode();
    }

    private sealed class Item(ResourceId id, Labels labels)
    {
        public ResourceId Id => id;

        public Labels Labels { get; set; } = labels;

        public HashSet<TKey> Matches { get; } = [];
    }

    /// <summary>The selectors that match a thing.</summary>
    public IReadOnlyCollection<TKey> Of(ResourceId item) => _items.TryGetValue(item, out var found) ? found.Matches : [];

    /// <summary>The things that a selector matches.</summary>
    public IReadOnlyCollection<ResourceId> Matching(TKey key) => _entries.TryGetValue(key, out var entry) ? entry.Matches : [];

    /// <summary>Adds a selector, puts another in its place, or with null takes it out.</summary>
    public void SetSelector(TKey key, Selector? selector)
    {
        _entries.TryGetValue(key, out var before);
        if (selector is not null && selector.Equals(before?.Selector))
            return;

        var after = selector is null ? null : new Entry(key, selector);
        if (before is not null)
            File(before, isThere: false);
        _entries.Become(key, after);
        if (after is not null)
            Match(after, before);
        foreach (var id in before?.Matches ?? [])
        {
            _items[id].Matches.Remove(key);
            changed(key, id, false);
        }

        if (after is not null)
            File(after, isThere: true);
    }

    private void Match(Entry entry, Entry? before)
    {
        foreach (var item in Candidates(entry).Where(item => entry.Selector.Matches(item.Labels)))
        {
            entry.Matches.Add(item.Id);
            if (before?.Matches.Remove(item.Id) != true && item.Matches.Add(entry.Key))
                changed(entry.Key, item.Id, true);
        }
    }

    /// <summary>A thing with these labels is there now; with null it is gone.</summary>
    public void SetItem(ResourceId id, Labels? labels)
    {
        if (!_items.TryGetValue(id, out var item))
        {
            if (labels is null)
                return;

            item = _items[id] = new(id, Labels.Empty);
        }

        Refile(item, labels ?? Labels.Empty);
        var matching = labels is null ? [] : Candidates(labels).Where(entry => entry.Selector.Matches(labels)).ToDictionary(entry => entry.Key);
        foreach (var (key, entry) in matching)
        {
            if (item.Matches.Add(key) && entry.Matches.Add(id))
                changed(key, id, true);
        }

        foreach (var key in item.Matches.Where(key => !matching.ContainsKey(key)).ToList())
        {
            item.Matches.Remove(key);
            _entries[key].Matches.Remove(id);
            changed(key, id, false);
        }

        if (labels is null)
            _items.Remove(id);
    }

    private IEnumerable<Item> Candidates(Entry entry) => entry.Anchor switch
    {
        (null, _) => [.. _items.Values],
        ({ } label, null) => [.. _filedItems.Under(label)],
        ({ } label, { } values) => [.. values.SelectMany(value => _filedItems.Under(label, value))],
    };

    private IEnumerable<Entry> Candidates(Labels labels) =>
        _unfiled.Concat(labels.SelectMany(label => _filedEntries.Under(label.Key, label.Value).Concat(_filedEntries.Under(label.Key))));

    private void File(Entry entry, bool isThere)
    {
        if (entry.Anchor.Label is not { } label)
            _ = isThere ? _unfiled.Add(entry) : _unfiled.Remove(entry);
        else if (entry.Anchor.Values is not { } values)
            _filedEntries.Set(label, value: null, entry, isThere);
        else
            foreach (var value in values)
                _filedEntries.Set(label, value, entry, isThere);
    }

    private void Refile(Item item, Labels labels)
    {
        foreach (var (label, value) in item.Labels.Where(label => !labels.Contains(label)))
        {
            _filedItems.Set(label, value, item, isThere: false);
            _filedItems.Set(label, value: null, item, labels.ContainsKey(label));
        }

        foreach (var (label, value) in labels.Where(label => !item.Labels.Contains(label)))
        {
            _filedItems.Set(label, value, item, isThere: true);
            _filedItems.Set(label, value: null, item, isThere: true);
        }

        item.Labels = labels;
    }

    private static (string? Label, IReadOnlySet<string>? Values) Narrowest(Selector selector)
    {
        var (label, restriction) = selector.Restrictions
            .Where(pair => pair.Value.MustBePresent)
            .OrderBy(pair => pair.Value.MustHaveOneOf?.Count ?? int.MaxValue)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .FirstOrDefault();
        return (label, restriction?.MustHaveOneOf);
    }

    /// <summary>Things by a label's name, and by name and value.</summary>
    private sealed class Files<T>
    {
        private readonly Dictionary<(string Label, string? Value), HashSet<T>> _files = [];
        private readonly HashSet<T> _none = [];

        public HashSet<T> Under(string label, string? value = null) => _files.GetValueOrDefault((label, value), _none);

        public void Set(string label, string? value, T thing, bool isThere)
        {
            if (!_files.TryGetValue((label, value), out var file))
            {
                if (!isThere)
                    return;

                file = _files[(label, value)] = [];
            }

            if (isThere)
                file.Add(thing);
            else if (file.Remove(thing) && file.Count == 0)
                _files.Remove((label, value));
        }
    }
}
