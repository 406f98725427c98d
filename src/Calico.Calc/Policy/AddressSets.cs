using System.Collections.Immutable;
using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Resources;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: the addresses and named ports behind each selector that an active rule mentions.</summary>
/// <remarks>
/// In: labelled things each time they change, and the sets wanted, counted by their users. Out, at <see cref="Flush"/>: the sets that have
/// changed. Two things may have one address; it stays in the set until neither is selected.
/// </remarks>
internal sealed class AddressSets
{
    private readonly Dictionary<ResourceId, Labelled> _items = [];
    private readonly Dictionary<string, Entry> _sets = [];
    private readonly Dictionary<string, List<Entry>> _bySelector = [];
    private readonly HashSet<string> _changed = [];
    private readonly HashSet<string> _emptyNames = []; // port sets that nobody declares a port for
    private readonly SelectorIndex<string> _index;

    public AddressSets() => _index = new(OnMatch);

    /// <summary>In words, the port names that no endpoint declares; as of the last flush.</summary>
    public IEnumerable<string> Problems => _emptyNames
        .Select(id => _sets[id].Wanted)
        .Select(wanted => $"no endpoint selected by {wanted.Selector} declares the {wanted.Protocol} port '{wanted.PortName}': rules that name it match nothing");

    /// <summary>True once, after a change of what <see cref="Problems"/> says.</summary>
    public bool ProblemsChanged { get; private set; }

    public void OnItem(ResourceId id, Labelled? item)
    {
        var before = _items.GetValueOrDefault(id);
        if (item == before)
            return;

        if (item is null)
        {
            _index.SetItem(id, labels: null);
            _items.Remove(id);
            return;
        }

        _items[id] = item;
        if (before is not null && !(before.Addresses.Equals(item.Addresses) && before.Ports.Equals(item.Ports)))
        {
            foreach (var entry in _index.Of(id).SelectMany(selector => _bySelector[selector]))
            {
                entry.Count(item, isThere: true);
                entry.Count(before, isThere: false);
                _changed.Add(entry.Wanted.Id);
            }
        }

        _index.SetItem(id, item.Labels);
    }

    /// <summary>One more user of the set.</summary>
    public void Want(WantedSet wanted)
    {
        if (_sets.TryGetValue(wanted.Id, out var known))
        {
            known.Users++;
            return;
        }

        var entry = _sets[wanted.Id] = Entry.Of(wanted);
        _changed.Add(wanted.Id);
        var selector = wanted.Selector.Id;
        if (_bySelector.TryGetValue(selector, out var siblings))
        {
            siblings.Add(entry);
            foreach (var id in _index.Matching(selector))
                entry.Count(_items[id], isThere: true);
        }
        else
        {
            _bySelector[selector] = [entry];
            _index.SetSelector(selector, wanted.Selector);
        }
    }

    /// <summary>One user less.</summary>
    public void Release(WantedSet wanted)
    {
        var entry = _sets[wanted.Id];
        if (--entry.Users > 0)
            return;

        _sets.Remove(wanted.Id);
        _changed.Add(wanted.Id);
        var siblings = _bySelector[wanted.Selector.Id];
        siblings.Remove(entry);
        if (siblings.Count > 0)
            return;

        _index.SetSelector(wanted.Selector.Id, selector: null);
        _bySelector.Remove(wanted.Selector.Id);
    }

    /// <summary>Brings the state's sets up to date; those that have not changed stay the same objects.</summary>
    public HostState Flush(HostState host)
    {
        ProblemsChanged = false;
        if (_changed.Count == 0)
            return host;

        var addresses = host.AddressSets.ToBuilder();
        var ports = host.PortSets.ToBuilder();
        foreach (var id in _changed)
        {
            _sets.TryGetValue(id, out var entry);
            Change(addresses, id, (entry as Entry.OfAddresses)?.Members);
            Change(ports, id, (entry as Entry.OfPorts)?.Members);
            ProblemsChanged |= entry is Entry.OfPorts { Members.IsEmpty: true } ? _emptyNames.Add(id) : _emptyNames.Remove(id);
        }

        _changed.Clear();
        return host with { AddressSets = addresses.ToImmutable(), PortSets = ports.ToImmutable() };
    }

    private static void Change<T>(ImmutableDictionary<string, ImmutableHashSet<T>>.Builder sets, string id, ImmutableHashSet<T>? members)
    {
        if (members is null)
            sets.Remove(id);
        else if (!sets.TryGetValue(id, out var before) || !before.SetEquals(members))
            sets[id] = members;
    }

    private void OnMatch(string selector, ResourceId id, bool isMatch)
    {
        foreach (var entry in _bySelector[selector])
        {
            entry.Count(_items[id], isMatch);
            _changed.Add(entry.Wanted.Id);
        }
    }

    private abstract class Entry(WantedSet wanted)
    {
        public WantedSet Wanted => wanted;

        public int Users { get; set; } = 1;

        public static Entry Of(WantedSet wanted) => wanted.PortName is null ? new OfAddresses(wanted) : new OfPorts(wanted);

        public abstract void Count(Labelled item, bool isThere);

        public sealed class OfAddresses(WantedSet wanted) : Entry(wanted)
        {
            private readonly CountedSet<IPNetwork> _members = new();

            /// <summary>The same object for as long as nothing changes.</summary>
            public ImmutableHashSet<IPNetwork> Members => _members.Members;

            public override void Count(Labelled item, bool isThere)
            {
                foreach (var address in item.Addresses)
                    _members.Count(address, isThere);
            }
        }

        public sealed class OfPorts(WantedSet wanted) : Entry(wanted)
        {
            private readonly CountedSet<AddressPort> _members = new();

            public ImmutableHashSet<AddressPort> Members => _members.Members;

            public override void Count(Labelled item, bool isThere)
            {
                foreach (var port in item.Ports.Where(port => port.Name == Wanted.PortName && port.Protocol == Wanted.Protocol))
                    foreach (var address in item.Addresses)
                        _members.Count(new(address.BaseAddress, port.Protocol, port.Port), isThere);
            }
        }
    }

    /// <summary>A set in which each member counts how often it was put in.</summary>
    private sealed class CountedSet<T>
        where T : notnull
    {
        private readonly Dictionary<T, int> _more = []; // beyond the first, of the few that are there more than once
        private readonly ImmutableHashSet<T>.Builder _members = ImmutableHashSet.CreateBuilder<T>();

        public ImmutableHashSet<T> Members => _members.ToImmutable();

        public void Count(T member, bool isThere)
        {
            var more = _more.GetValueOrDefault(member);
            if (isThere && !_members.Add(member))
                _more[member] = more + 1;
            else if (!isThere && more > 1)
                _more[member] = more - 1;
            else if (!isThere && !_more.Remove(member))
                _members.Remove(member);
        }
    }
}
