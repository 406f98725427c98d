using Calico.Model.Hosts;

namespace Calico.Dataplane.Firewall;

/// <summary>Which chains may have to be made anew, seen from the table before: those of some policies and profiles, or all.</summary>
internal sealed class ChangedRules
{
    private readonly HashSet<RulesId>? _rules; // null: whatever there is

    private ChangedRules(HashSet<RulesId>? rules) => _rules = rules;

    public static ChangedRules Between(LastRendering? last, HostState host, IReadOnlyList<int> families, SelectedSets sets) =>
        last is null || !ReferenceEquals(last.Host.Settings, host.Settings) || !last.Families.SequenceEqual(families) || !last.HasSetsOf(host, sets)
            ? new(rules: null)
            : new([.. Gone(last.Host, host), .. Gone(host, last.Host)]);

    public bool LeaveAlone(RenderedGroup group)
    {
        if (_rules is null)
            return false;

        foreach (var id in group.Rules)
        {
            if (_rules.Contains(id))
                return false;
        }

        return true;
    }

    /// <summary>Those that are not in the other with the same rules.</summary>
    private static IEnumerable<RulesId> Gone(HostState one, HostState other) => ReferenceEquals(one.Rules, other.Rules)
        ? []
        : one.Rules.Where(pair => !ReferenceEquals(pair.Value, other.Rules.GetValueOrDefault(pair.Key))).Select(pair => pair.Key);
}
