using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: the profiles' rules, resolved when first asked for.</summary>
internal sealed class Profiles
{
    /// <summary>Calico's built-in profile; it is in no store.</summary>
    private const string AllowAll = "projectcalico-default-allow";

    private readonly Dictionary<string, Resource<ProfileSpec>> _profiles = [];
    private readonly Dictionary<string, ResolvedRules> _resolved = [];

    public static RulesId Id(string name) => new(Kinds.Profile.Name, Namespace: null, name);

    public bool Knows(string name) => name == AllowAll || _profiles.ContainsKey(name);

    public void OnProfile(string name, Resource<ProfileSpec>? profile)
    {
        _profiles.Become(name, profile);
        _resolved.Remove(name);
    }

    /// <summary>Of a profile that does not exist: deny, in both directions.</summary>
    public ResolvedRules Rules(string name)
    {
        if (_resolved.TryGetValue(name, out var rules))
            return rules;

        var spec = name == AllowAll ? Uniform(RuleAction.Allow) : _profiles.GetValueOrDefault(name)?.Spec ?? Uniform(RuleAction.Deny);
        return _resolved[name] = new(Id(name), spec.Ingress, spec.Egress);
    }

    private static ProfileSpec Uniform(RuleAction action) => new() { Ingress = [new() { Action = action }], Egress = [new() { Action = action }] };
}
