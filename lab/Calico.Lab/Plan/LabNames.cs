using System.Text.RegularExpressions;

namespace Calico.Lab.Plan;

/// <summary>Which names a lab may have: they become names of folders, cgroups and namespaces.</summary>
public static partial class LabNames
{
    public const string Default = "lab";

    /// <summary>What is wrong with a name, or null.</summary>
    public static string? Fault(string name) =>
        Allowed().IsMatch(name) ? null : $"'{name}' cannot name a lab: use lower-case letters, digits and '-', a letter first, at most 32";

    [GeneratedRegex("^[a-z][a-z0-9-]{0,31}$", RegexOptions.None, 1000)]
    private static partial Regex Allowed();
}
