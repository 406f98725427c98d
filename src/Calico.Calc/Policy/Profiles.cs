using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Calc.Policy;

/// <summary>A node of the calculation graph: the profiles' rules.</summary>
internal sealed class Profiles(ActiveRules rules)
{
    /// <summary>Calico's built-in profile; it is in no store.</summary>
    private const string AllowAll = "projectcalico-default-allow";

    private readonly Dictionary<string, Resource<ProfileSpec>> _profiles = [];

    public static RulesId Id(string name) => new(Kinds.Profile.Name, Namespace: null, name);

    public void OnProfile(string name, Resource<ProfileSpec>? profile)
    {
        _profiles.Become(name, profile);
        rules.Update(Id(name), () => Rules(name));
    }

    /// <summary>Of a profile that does not exist: deny, in both directions.</summary>
    public ResolvedRules Rules(string name)
    {
        if (_profiles.GetValueOrDefault(name)?.Spec is { } spec)
            return new(Id(name), spec.Ingress, spec.Egress);
        return name == AllowAll
            ? Uniform(name, RuleAction.Allow)
            : Uniform(name, RuleAction.Deny, $"{Id(name)} does not exist: the endpoints that name it are closed");
    }

    private static ResolvedRules Uniform(string name, RuleAction action, params string[] problems) =>
        new(Id(name), [new() { Action = action }], [new() { Action = action }], problems);
}
