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
        if (ns is not null)
            return Selector.And(own, InNamespace(ns));
        return IsBlank(policy.NamespaceSelector) ? own : Selector.And(own, OfNamespaces(policy.NamespaceSelector));
    }

    /// <summary>What one side of a rule must be selected by; null if by nothing in particular.</summary>
    /// <exception cref="FormatException">A selector is malformed.</exception>
    public static Selector? OfSide(string? ns, EntityRule side)
    {
        var own = IsBlank(side.Selector) ? null : Selector.Parse(side.Selector);
        Selector? spaces;
        if (!IsBlank(side.NamespaceSelector))
            spaces = OfNamespaces(side.NamespaceSelector);
        else if (ns is not null && (own is not null || !IsBlank(side.NotSelector)))
            spaces = InNamespace(ns);
        else
            spaces = null;

        return own is not null && spaces is not null ? Selector.And(spaces, own) : own ?? spaces;
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

    private static bool IsBlank(string? text) => string.IsNullOrWhiteSpace(text);
}
