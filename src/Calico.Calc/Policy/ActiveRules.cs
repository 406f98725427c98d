using Calico.Model.Hosts;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: the rules of policies and profiles that a local endpoint uses, and with them the sets they need.</summary>
/// <remarks>In: users come and go, rules change. Out, at <see cref="Flush"/>: the rules that have changed. What nobody uses is not resolved.</remarks>
internal sealed class ActiveRules(AddressSets sets, Problems problems)
{
    private readonly Dictionary<RulesId, Entry> _entries = [];
    private readonly HashSet<RulesId> _changed = [];

    /// <summary>One more user.</summary>
    public void Want(RulesId id, Func<ResolvedRules> rules)
    {
        if (_entries.TryGetValue(id, out var entry))
        {
            entry.Users++;
            return;
        }

        _entries[id] = new(rules()) { Users = 1 };
        _changed.Add(id);
        foreach (var set in _entries[id].Rules.Sets)
            sets.Want(set);
        problems.Set(("rules", id), _entries[id].Rules.Problems);
    }

    /// <summary>One user less.</summary>
    public void Release(RulesId id)
    {
        var entry = _entries[id];
        if (--entry.Users > 0)
            return;

        _entries.Remove(id);
        _changed.Add(id);
        foreach (var set in entry.Rules.Sets)
            sets.Release(set);
        problems.Set(("rules", id), problem: null);
        problems.Set(("tier", id), problem: null);
    }

    /// <summary>Says that the rules are others now; of no effect if nobody uses them.</summary>
    public void Update(RulesId id, Func<ResolvedRules> rules)
    {
        if (!_entries.TryGetValue(id, out var entry))
            return;

        var before = entry.Rules;
        entry.Rules = rules();
        _changed.Add(id);
        foreach (var set in entry.Rules.Sets)
            sets.Want(set);
        foreach (var set in before.Sets)
            sets.Release(set); // after the new ones are wanted: a set of both is not made anew
        problems.Set(("rules", id), entry.Rules.Problems);
    }

    /// <summary>Brings the state's rules up to date.</summary>
    public HostState Flush(HostState host)
    {
        if (_changed.Count == 0)
            return host;

        var changes = _changed.ToDictionary(id => id, id => _entries.GetValueOrDefault(id)?.Rules.Rules);
        _changed.Clear();
        return host with { Rules = host.Rules.With(changes) };
    }

    private sealed class Entry(ResolvedRules rules)
    {
        public ResolvedRules Rules { get; set; } = rules;

        public int Users { get; set; }
    }
}
