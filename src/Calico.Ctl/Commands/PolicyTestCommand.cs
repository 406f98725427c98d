using System.CommandLine;
using Calico.Calc.Evaluation;
using Calico.Ctl.Policy;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl policy test</c>: in a CI job, without root, Docker or a datastore.</summary>
internal sealed class PolicyTestCommand(GlobalOptions globals)
{
    private readonly Argument<string> _tests = new("tests") { Description = "A YAML file: resources, endpoints, tests; see docs/policy.md." };

    private readonly Option<string[]> _files = new("--filename", "-f")
    {
        Description = "A file or folder of resources, beside those that the test file names.",
        HelpName = "file",
    };

    private readonly Option<bool> _live = new("--live") { Description = "Take the datastore's resources too; those of files stand in their place." };
    private readonly Option<string> _output = new("--output", "-o") { Description = "plain or junit.", DefaultValueFactory = _ => "plain" };
    private readonly Option<string?> _junit = new("--junit") { Description = "Write JUnit's XML to this file as well.", HelpName = "file" };

    public static Command Build(GlobalOptions globals)
    {
        var test = new PolicyTestCommand(globals);
        var command = new Command("test", "Check what policies allow and deny against expectations; exits 1 if one fails.")
        {
            test._tests, test._files, test._live, test._output.AcceptOnlyFromAmong("plain", "junit"), test._junit,
        };
        return command.Runs(globals.Terminal, test.RunAsync, failure: 2);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = globals.Terminal;
        var name = parsed.GetRequiredValue(_tests);
        var file = PolicyTestFile.Read(name);
        var sources = PolicySources.OfFiles([.. file.Resources, .. parsed.GetValue(_files) ?? []], terminal.In);
        if (parsed.GetValue(_live))
        {
            await using var cluster = globals.Open(parsed);
            sources = (await PolicySources.OfStoreAsync(cluster, terminal.Error, revision: null, cancellation)).With(sources);
        }

        var policy = new ClusterPolicy(sources.Resources.Concat(file.Endpoints));
        var run = new PolicyTestRun(policy, sources.Places);
        var results = file.Tests.Select(run.Run).ToList();
        foreach (var problem in policy.Problems.Concat(policy.Idle()))
            await terminal.Error.WriteLineAsync($"Warning: {problem}");

        Report(parsed, name, results);
        return results.TrueForAll(result => result.IsPassed) ? 0 : 1;
    }

    private void Report(ParseResult parsed, string name, List<PolicyTestResult> results)
    {
        if (parsed.GetValue(_output) == "junit")
            PolicyTestReport.WriteJUnit(name, results, globals.Terminal.Out);
        else
            PolicyTestReport.WritePlain(results, globals.Terminal.Out);

        if (parsed.GetValue(_junit) is not { } path)
            return;

        try
        {
            using var junit = File.CreateText(path);
            PolicyTestReport.WriteJUnit(name, results, junit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be written: {e.Message}");
        }
    }
}
