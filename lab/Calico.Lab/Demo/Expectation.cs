using System.Text.RegularExpressions;

namespace Calico.Lab.Demo;

/// <summary>What the output of a command must show.</summary>
/// <param name="Words">In words, for whoever reads why a step failed.</param>
/// <param name="Holds">Whether an output shows it.</param>
internal sealed record Expectation(string Words, Func<string, bool> Holds)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(1);

    /// <summary>As many lines as said match the pattern from end to end, blanks around them aside.</summary>
    public static Expectation Lines(int count, string pattern, string words) =>
        new($"{words}: {(count == 1 ? "one line" : $"{count} lines")} like /{pattern}/", output => Matches(output, pattern).Count == count);

    public static Expectation Line(string pattern, string words) => Lines(1, pattern, words);

    public static Expectation NoLine(string pattern, string words) => new($"{words}: no line like /{pattern}/", output => Matches(output, pattern).Count == 0);

    /// <summary>These lines and no other, blanks around them aside.</summary>
    public static Expectation Exactly(params string[] lines) => new(
        $"exactly\n{string.Join('\n', lines)}",
        output => output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).SequenceEqual(lines));

    /// <summary>The lines of an output that match, with what the pattern's groups caught.</summary>
    public static IReadOnlyList<Match> Matches(string output, string pattern) =>
        [.. output.Split('\n').Select(line => Regex.Match(line.Trim(), $"^(?:{pattern})$", RegexOptions.None, _limit)).Where(match => match.Success)];
}
