using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: which policies apply to which endpoints of this host.</summary>
/// <remarks>
/// In: policies, and local endpoints with the labels they present. Out: <see cref="Of"/>, and <paramref name="changed"/> for each endpoint
/// whose answer may be another now; the rules of a policy that applies as before go to <paramref name="rules"/> alone.
/// </remarks>
internal sealed class PolicyMatches(ActiveRules rules, Problems problems, Action<ResourceId> changed)
{
    private readonly Dictionary<ResourceId, ActivePolicy> _policies = [];
    private readonly Dictionary<RulesId, int> _staged = []; // how many staged policies stand in for one, there or not
    private readonly SelectorIndex<ResourceId> _index = new((_, endpoint, _) => changed(endpoint));

    public void OnPolicy(ResourceId id, Resource<PolicySpec>? resource)
    {
        var before = _policies.GetValueOrDefault(id);
        var policy = resource is null ? null : new ActivePolicy(id, resource);
        _policies.Become(id, policy);
        problems.Set(("selector", id), policy?.Problem);
        if (before is not null && policy?.ReachesAs(before) == true)
        {
            rules.Update(policy.Id, () => policy.Rules);
            return;
        }

        CountStaged(before, -1);
        CountStaged(policy, +1);
        foreach (var endpoint in _index.Matching(id))
            changed(endpoint);
        _index.SetSelector(id, policy?.Selector);
        if (policy is not null)
            rules.Update(policy.Id, () => policy.Rules);
    }

    /// <param name="labels">Of a local endpoint; null when it is gone.</param>
    public void OnEndpoint(ResourceId id, Labels? labels) => _index.SetItem(id, labels);

    /// <summary>The policies that apply to the endpoint at a stage, in no order.</summary>
    public IEnumerable<ActivePolicy> Of(ResourceId endpoint, Stage stage) =>
        _index.Of(endpoint).Select(id => _policies[id]).Where(policy => policy.AppliesAt(stage));

    /// <summary>A staged policy stands in for it: if that were enforced, this one would go.</summary>
    public bool IsReplaced(ActivePolicy policy) => !policy.IsStaged && _staged.ContainsKey(policy.Id);

    private void CountStaged(ActivePolicy? policy, int by)
    {
        if (policy?.Action is null or StagedAction.Ignore)
            return;

        var count = _staged.GetValueOrDefault(policy.Enforced) + by;
        if (count == 0)
            _staged.Remove(policy.Enforced);
        else
            _staged[policy.Enforced] = count;
        foreach (var id in _policies.Keys.Where(id => id.Name == policy.Enforced.Name && id.Namespace == policy.Enforced.Namespace && id.Kind.Name == policy.Enforced.Kind).ToList())
            foreach (var endpoint in _index.Matching(id))
                changed(endpoint);
    }
}
