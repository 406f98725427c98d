using System.Collections.Immutable;
using System.Net;
using Calico.Model.Resources;
using Calico.Model.Selectors;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: the addresses behind each selector that an active rule mentions.</summary>
/// <remarks>
/// In: labelled things each time they change, and at each flush the selectors wanted. Out: <see cref="Sets"/>.
/// Two things may have one address; it stays in the set until neither is selected.
/// </remarks>
internal sealed class AddressSets
{
    private readonly Dictionary<ResourceId, Labelled> _items = [];
    private readonly Dictionary<string, AddressSet> _sets = [];

    public IReadOnlyDictionary<string, ImmutableHashSet<IPNetwork>> Sets => _sets.ToDictionary(set => set.Key, set => set.Value.Members);

    public void OnItem(ResourceId id, Labelled? item)
    {
        var before = _items.GetValueOrDefault(id);
        if (item == before)
            return;

        _items.Become(id, item);
        foreach (var set in _sets.Values)
        {
            set.Add(item);
            set.Remove(before);
        }
    }

    public void Want(IReadOnlyDictionary<string, Selector> selectors)
    {
        foreach (var id in _sets.Keys.Where(id => !selectors.ContainsKey(id)).ToList())
            _sets.Remove(id);

        foreach (var (id, selector) in selectors)
        {
            if (!_sets.ContainsKey(id))
                _sets[id] = new(selector, _items.Values);
        }
    }

    private sealed class AddressSet
    {
        private readonly Selector _selector;
        private readonly Dictionary<IPNetwork, int> _counts = [];
        private readonly ImmutableHashSet<IPNetwork>.Builder _members = ImmutableHashSet.CreateBuilder<IPNetwork>();

        public AddressSet(Selector selector, IEnumerable<Labelled> items)
        {
            _selector = selector;
            foreach (var item in items)
                Add(item);
        }

        /// <summary>The same object for as long as nothing changes.</summary>
        public ImmutableHashSet<IPNetwork> Members => _members.ToImmutable();

        public void Add(Labelled? item)
        {
            foreach (var address in Selected(item))
            {
                var count = _counts.GetValueOrDefault(address);
                _counts[address] = count + 1;
                if (count == 0)
                    _members.Add(address);
            }
        }

        public void Remove(Labelled? item)
        {
            foreach (var address in Selected(item))
            {
                if (--_counts[address] > 0)
                    continue;

                _counts.Remove(address);
                _members.Remove(address);
            }
        }

        private ValueList<IPNetwork> Selected(Labelled? item) => item is not null && _selector.Matches(item.Labels) ? item.Addresses : [];
    }
}
