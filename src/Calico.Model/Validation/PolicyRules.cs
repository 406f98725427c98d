using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Validation;

/// <summary>Policies, profiles and tiers.</summary>
internal static class PolicyRules
{
    private const int MaxRules = 1024;

    /// <summary>Tiers that every store has, with an order and an action that nobody may change.</summary>
    private static readonly Dictionary<string, (double Order, RuleAction Action)> BuiltInTiers = new()
    {
        ["kube-admin"] = (1_000, RuleAction.Pass),
        ["default"] = (1_000_000, RuleAction.Deny),
        ["kube-baseline"] = (10_000_000, RuleAction.Pass),
    };

    public static void Check(ResourceKind kind, PolicySpec policy, Findings findings)
    {
        findings.WrongIf(
            policy.Tier is { } tier && !NameRules.IsDnsLabel(tier), "spec.tier", policy.Tier, "must be a tier's name: lower-case letters, digits and '-'");
        SelectorRules.Check("spec.selector", policy.Selector, findings);
        SelectorRules.Check("spec.namespaceSelector", policy.NamespaceSelector, findings);
        SelectorRules.Check("spec.serviceAccountSelector", policy.ServiceAccountSelector, findings);
        CheckTypes(policy.Types ?? [], findings);
        CheckHints(policy.PerformanceHints ?? [], findings);
        CheckStaged(kind, policy, findings);
        if (kind.IsNamespaced)
            CheckGlobalFields(policy, findings);
        else
            CheckHostFields(policy, findings);

        CheckRules("spec.ingress", policy.Ingress, findings);
        CheckRules("spec.egress", policy.Egress, findings);
    }

    public static void Check(ProfileSpec profile, Findings findings)
    {
        MetadataRules.CheckLabels("spec.labelsToApply", profile.LabelsToApply, findings);
        CheckRules("spec.ingress", profile.Ingress, findings);
        CheckRules("spec.egress", profile.Egress, findings);
    }

    public static void Check(string name, TierSpec tier, Findings findings)
    {
        var isAction = tier.DefaultAction is null or RuleAction.Deny or RuleAction.Pass;
        findings.WrongIf(!isAction, "spec.defaultAction", tier.DefaultAction, "must be Deny or Pass");
        if (!BuiltInTiers.TryGetValue(name, out var fixedTo))
            return;

        findings.WrongIf((tier.Order ?? 1_000_000) != fixedTo.Order, "spec.order", tier.Order, $"{name} tier order must be {fixedTo.Order}");
        findings.WrongIf(
            (tier.DefaultAction ?? RuleAction.Deny) != fixedTo.Action,
            "spec.defaultAction",
            tier.DefaultAction ?? RuleAction.Deny,
            $"{name} tier must have default action {fixedTo.Action}");
    }

    private static void CheckTypes(ValueList<PolicyType> types, Findings findings) =>
        findings.WrongIf(types.Distinct().Count() < types.Count, "spec.types", string.Join(", ", types), "must not name a type twice");

    private static void CheckHints(ValueList<string> hints, Findings findings)
    {
        foreach (var (index, hint) in hints.Index())
            findings.WrongIf(hint != "AssumeNeededOnEveryNode", $"spec.performanceHints[{index}]", hint, "must be AssumeNeededOnEveryNode");
        findings.WrongIf(hints.Distinct().Count() < hints.Count, "spec.performanceHints", string.Join(", ", hints), "must not name a hint twice");
    }

    private static void CheckGlobalFields(PolicySpec policy, Findings findings)
    {
        const string Reason = "is a field of GlobalNetworkPolicy only";
        findings.WrongIf(policy.NamespaceSelector is not null, "spec.namespaceSelector", policy.NamespaceSelector, Reason);
        findings.WrongIf(policy.ApplyOnForward is not null, "spec.applyOnForward", policy.ApplyOnForward, Reason);
        findings.WrongIf(policy.DoNotTrack is not null, "spec.doNotTrack", policy.DoNotTrack, Reason);
        findings.WrongIf(policy.PreDNAT is not null, "spec.preDNAT", policy.PreDNAT, Reason);
    }

    /// <summary>Three fields that say how the policy acts on a host's own interfaces.</summary>
    private static void CheckHostFields(PolicySpec policy, Findings findings)
    {
        var (forward, untracked, early) = (policy.ApplyOnForward == true, policy.DoNotTrack == true, policy.PreDNAT == true);
        findings.WrongIf((untracked || early) && !forward, "spec.applyOnForward", policy.ApplyOnForward, "must be true with doNotTrack or preDNAT");
        findings.WrongIf(untracked && early, "spec.preDNAT", policy.PreDNAT, "cannot be combined with doNotTrack");
        findings.WrongIf(early && policy.Egress is { Count: > 0 }, "spec.egress", value: null, "a preDNAT policy has no egress rules");
        findings.WrongIf(early && policy.Types?.Contains(PolicyType.Egress) == true, "spec.types", PolicyType.Egress, "a preDNAT policy has no egress type");
    }

    /// <summary>A staged policy may stand for a deletion, and then has nothing to say beside.</summary>
    private static void CheckStaged(ResourceKind kind, PolicySpec policy, Findings findings)
    {
        var isStaged = kind == Kinds.StagedNetworkPolicy || kind == Kinds.StagedGlobalNetworkPolicy;
        findings.WrongIf(!isStaged && policy.StagedAction is not null, "spec.stagedAction", policy.StagedAction, "belongs to staged policies only");
        findings.WrongIf(
            policy.StagedAction == StagedAction.Delete && policy != new PolicySpec { StagedAction = StagedAction.Delete, Tier = policy.Tier },
            "spec.stagedAction",
            policy.StagedAction,
            "is Delete: leave every other field but the tier empty");
    }

    private static void CheckRules(string path, ValueList<Rule>? rules, Findings findings)
    {
        findings.WrongIf(rules?.Count > MaxRules, path, rules?.Count, $"must have at most {MaxRules} rules");
        foreach (var (index, rule) in (rules ?? []).Index())
            TrafficRules.Check($"{path}[{index}]", rule, findings);
    }
}
