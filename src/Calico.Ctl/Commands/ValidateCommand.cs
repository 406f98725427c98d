using System.CommandLine;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl validate</c>: without a datastore.</summary>
internal static class ValidateCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var command = new Command("validate", "Check resources in files without storing them; needs no datastore.");
        var input = new ResourceInput().AddTo(command, fileRequired: true);
        return command.Runs(globals.Terminal, async (parsed, _) =>
        {
            var batch = new Batch("validate", "validated");
            await batch.ForEachAsync(
                input.Read(parsed, globals.Terminal.In), item => Task.FromResult(Checks.Alone(item) is { Count: > 0 } errors ? errors : null));
            return batch.Report(globals.Terminal);
        });
    }
}
