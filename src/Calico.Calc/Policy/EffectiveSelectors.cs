using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;

namespace Calico.Calc.Policy;

/// <summary>What the selectors of policies and rules really select, once the namespace of the policy is taken into account.</summary>
/// <remarks>
/// As libcalico-go's update processors compose them, but that an <c>all()</c> is narrowed only inside a namespace selector: upstream
/// replaces it in the text of the whole, a quirk.
/// </remarks>
internal static class EffectiveSelectors
{
    private static readonly Selector InSomeNamespace = Selector.Parse($"has({SpecialLabels.Namespace})");

    /// <summary>The endpoints that a policy applies to.</summary>
    /// <exception cref="FormatException">A selector is malformed.</exception>
    public static Selector OfPolicy(string? ns, PolicySpec policy)
    {
        var own = Selector.Parse(policy.Selector);
        if (!IsBlank(policy.ServiceAccountSelector))
            own = Selector.And(own, OfServiceAccounts(policy.ServiceAccountSelector));
        if (ns is not null)
            return Selector.And(own, InNamespace(ns));
        return IsBlank(policy.NamespaceSelector) ? own : Selector.And(own, OfNamespaces(policy.NamespaceSelector));
    }

    /// <summary>What one side of a rule must be selected by; null if by nothing in particular.</summary>
    /// <exception cref="FormatException">A selector is malformed.</exception>
    public static Selector? OfSide(string? ns, EntityRule side)
    {
        var own = Both(IsBlank(side.Selector) ? null : Selector.Parse(side.Selector), side.ServiceAccounts is { } accounts ? OfServiceAccounts(accounts) : null);
        Selector? spaces;
        if (!IsBlank(side.NamespaceSelector))
            spaces = OfNamespaces(side.NamespaceSelector);
        else if (ns is not null && (own is not null || !IsBlank(side.NotSelector)))
            spaces = InNamespace(ns);
        else
            spaces = null;

        return Both(spaces, own);
    }

    /// <summary>What one side of a rule must not be selected by; raw, so that addresses of nobody known are not selected either.</summary>
    /// <exception cref="FormatException">The selector is malformed.</exception>
    public static Selector? NotOfSide(EntityRule side) => IsBlank(side.NotSelector) ? null : Selector.Parse(side.NotSelector);

    private static Selector InNamespace(string ns) => Selector.Parse($"{SpecialLabels.Namespace} == '{ns}'");

    private static Selector OfNamespaces(string? text)
    {
        var selector = Selector.Parse(text);
        return selector.IsGlobal
            ? InSomeNamespace.Negated()
            : selector.WithPrefix(SpecialLabels.OfNamespace).WithAllMeaning(InSomeNamespace);
    }

    private static Selector OfServiceAccounts(string? text) => Selector.Parse(text).WithPrefix(SpecialLabels.OfServiceAccount);

    private static Selector? OfServiceAccounts(ServiceAccountMatch accounts) => Both(
        accounts.Names is { Count: > 0 } names ? Selector.Parse($"{SpecialLabels.ServiceAccount} in {{{string.Join(", ", names.Select(name => $"'{name}'"))}}}") : null,
        IsBlank(accounts.Selector) ? null : OfServiceAccounts(accounts.Selector));

    private static Selector? Both(Selector? first, Selector? second) => first is not null && second is not null ? Selector.And(first, second) : first ?? second;

    private static bool IsBlank(string? text) => string.IsNullOrWhiteSpace(text);
}
