namespace Calico.Ctl.NodeProcess;

/// <summary>Words as they could be typed into a shell.</summary>
internal static class ShellText
{
    public static string Word(string text) =>
        text.Length > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || "/.:,_=-".Contains(character)) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary><c>NAME=value</c>; a password is not for the screen.</summary>
    public static string Assignment(KeyValuePair<string, string> variable) =>
        $"{variable.Key}={(variable.Key.EndsWith("PASSWORD", StringComparison.Ordinal) ? "…" : Word(variable.Value))}";
}
