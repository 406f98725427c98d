using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>Puts the policies of local endpoints in order, and keeps the rules that they use active.</summary>
internal sealed class EndpointPolicies(PolicyMatches matches, TierOrder tiers, Profiles profiles, ActiveRules rules, Problems problems)
{
    private readonly Dictionary<ResourceId, List<RulesId>> _used = [];

    /// <summary>Equal lists are one object: endpoints of one kind share them, and what is made of them downstream.</summary>
    private readonly Dictionary<ValueList<EndpointTier>, ValueList<EndpointTier>> _shared = [];

    public StagePolicy Arrange(ResourceId endpoint, Stage stage)
    {
        var policies = matches.Of(endpoint, stage).ToList();
        return policies.Count == 0
            ? StagePolicy.None
            : new(
                Share(tiers.Arrange(policies.Where(policy => policy.AppliesToIngress), matches.IsReplaced)),
                Share(tiers.Arrange(policies.Where(policy => policy.AppliesToEgress), matches.IsReplaced)));
    }

    /// <summary>Notes what an endpoint uses from now on; with no stage and no profile, nothing.</summary>
    public void Use(ResourceId endpoint, IEnumerable<Stage> stages, ValueList<string> profileNames)
    {
        var used = new List<RulesId>();
        foreach (var policy in stages.SelectMany(stage => matches.Of(endpoint, stage)).DistinctBy(policy => policy.Id))
        {
            used.Add(policy.Id);
            rules.Want(policy.Id, () => policy.Rules);
            problems.Set(("tier", policy.Id), tiers.Knows(policy.Tier)
                ? null
                : $"{policy.Id} is in tier '{policy.Tier}', which does not exist: it comes after all other tiers, with default action Deny");
        }

        foreach (var name in profileNames.Distinct())
        {
            used.Add(Profiles.Id(name));
            rules.Want(Profiles.Id(name), () => profiles.Rules(name));
        }

        foreach (var id in _used.GetValueOrDefault(endpoint, []))
            rules.Release(id); // after all of now are wanted: what is in both stays as it is
        _used.Become(endpoint, used.Count == 0 ? null : used);
    }

    private ValueList<EndpointTier> Share(ValueList<EndpointTier> list)
    {
        if (list.Count == 0)
            return ValueList<EndpointTier>.Empty;
        if (_shared.TryGetValue(list, out var known))
            return known;

        // Lists that nobody has any longer are let go by starting afresh now and then.
        if (_shared.Count > 64 && _shared.Count > 4 * _used.Count)
            _shared.Clear();
        _shared[list] = list;
        return list;
    }
}
