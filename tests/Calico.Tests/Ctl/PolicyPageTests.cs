using System.Text;
using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

/// <summary>Runs what docs/policy.md shows, so that the page stays true.</summary>
public sealed class PolicyPageTests
{
    private const string Prompt = "$ calicoctl ";

    private static readonly string Page = Path.Combine(Repository.Root, "docs/policy.md");

    /// <summary>Every command of the page, with what the page says it prints.</summary>
    public static TheoryData<string, string> Commands
    {
        get
        {
            var shown = new TheoryData<string, string>();
            foreach (var (command, output) in Read())
                shown.Add(command, output);
            return shown;
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task The_page_shows_what_a_command_prints(string command, string output)
    {
        var examples = Path.Combine(Repository.Root, "docs/examples");
        var answer = await new CommandLine().RunAsync(command.Replace("docs/examples", examples, StringComparison.Ordinal));

        Assert.Equal("", answer.Error);
        var printed = answer.Output.Replace(examples, "docs/examples", StringComparison.Ordinal);
        Assert.Equal(output.TrimEnd('\n'), printed.TrimEnd('\n'));
        Assert.Equal(IsYes(printed) ? 0 : 1, answer.Status);
    }

    [Fact]
    public void The_page_explains_ten_cases() => Assert.True(Read().Count(shown => shown.Command.StartsWith("explain", StringComparison.Ordinal)) >= 10);

    private static bool IsYes(string printed) => printed.Contains("\nAllowed\n", StringComparison.Ordinal) || printed.Contains(" 0 failed", StringComparison.Ordinal);

    private static IEnumerable<(string Command, string Output)> Read()
    {
        string? command = null;
        var output = new StringBuilder();
        foreach (var line in File.ReadLines(Page))
        {
            if (command is not null && (line.StartsWith("```", StringComparison.Ordinal) || line.StartsWith(Prompt, StringComparison.Ordinal)))
            {
                yield return (command, output.ToString());
                command = null;
                output.Clear();
            }

            if (line.StartsWith(Prompt, StringComparison.Ordinal))
                command = line[Prompt.Length..];
            else if (command is not null)
                output.Append(line).Append('\n');
        }
    }
}
