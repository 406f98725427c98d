using System.CommandLine;
using Calico.Ctl.Input;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl datastore import</c>.</summary>
internal static class DatastoreImportCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var file = new Argument<string?>("file") { Description = "What 'datastore export' wrote, or 'datastore migrate export' of Calico's own calicoctl; '-' for standard input.", Arity = ArgumentArity.ZeroOrOne };
        var fromV1 = new Option<string?>("--from-v1") { Description = "Resources of Calico v1 and v2 (apiVersion: v1), as their 'calicoctl get -o yaml' wrote them; without --apply it is only said what would become of them.", HelpName = "file" };
        var apply = new Option<bool>("--apply") { Description = "With --from-v1: create them." };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace all that the datastore holds; what is not in the file goes." };
        var command = new Command("import", "Write what was exported into a datastore that is empty, or take resources over from Calico v1 and v2.") { file, fromV1, apply, overwrite };
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            switch (parsed.GetValue(file), parsed.GetValue(fromV1))
            {
                case (null, { } old):
                    return await new V1Import(globals.Terminal).RunAsync(old, parsed.GetValue(apply) ? globals.Open(parsed) : null, cancellation);
                case ({ } path, null):
                    var (backup, leftOut) = ManifestFiles.Open(path, globals.Terminal.In, StoreManifest.Read);
                    foreach (var left in leftOut)
                        await globals.Terminal.Error.WriteLineAsync($"Notice: not imported: {left}");
                    await using (var cluster = globals.Open(parsed))
                    {
                        await backup.RestoreAsync(cluster.Store, parsed.GetValue(overwrite), cancellation);
                        await globals.Terminal.Out.WriteLineAsync($"Successfully imported {backup.Values.Count} resources to {cluster.Store.Description}");
                    }

                    return 0;
                default:
                    throw new CommandException("give a file, or --from-v1 and a file");
            }
        });
    }
}
