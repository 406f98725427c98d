using System.Text.RegularExpressions;
using Calico.Model.Selectors;

namespace Calico.Model.Validation;

/// <summary>Selectors: their grammar, their length, and where <c>global()</c> may stand.</summary>
internal static partial class SelectorRules
{
    private const int MaxLength = 1024;

    /// <summary>Any selector but one with <c>global()</c>, which has a meaning for a rule's namespaceSelector alone.</summary>
    public static void Check(string path, string? selector, Findings findings)
    {
        if (CheckGrammar(path, selector, findings) && UsesGlobal(selector ?? ""))
            findings.Wrong(path, selector, "global() can only be used in an EntityRule namespaceSelector");
    }

    /// <summary>A rule's namespaceSelector: <c>global()</c> is fine, but only as the whole of it.</summary>
    public static void CheckOfNamespaces(string path, string? selector, Findings findings)
    {
        if (CheckGrammar(path, selector, findings) && UsesGlobal(selector ?? "") && !Global().IsMatch(selector?.Trim() ?? ""))
            findings.Wrong(path, selector, "global() cannot be combined with anything else");
    }

    private static bool CheckGrammar(string path, string? selector, Findings findings)
    {
        if (selector is null)
            return true;

        if (selector.Length > MaxLength)
        {
            findings.Wrong(path, selector[..40] + "…", $"must be at most {MaxLength} characters");
            return false;
        }

        if (Selector.TryParse(selector, out _, out var error))
            return true;

        findings.Wrong(path, value: null, error); // which names the selector itself
        return false;
    }

    private static bool UsesGlobal(string selector) => GlobalAnywhere().IsMatch(Quoted().Replace(selector, "''"));

    [GeneratedRegex(@"^global\([ \t]*\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Global();

    [GeneratedRegex(@"(^|[^a-zA-Z0-9_./-])global\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex GlobalAnywhere();

    [GeneratedRegex("\"[^\"]*\"|'[^']*'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();
}
