using System.CommandLine;
using Calico.Ctl.Output;
using Calico.Datastore.Backup;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl datastore export</c>.</summary>
internal static class DatastoreExportCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var file = new Argument<string>("file") { Description = "Where to; '-' for standard output.", DefaultValueFactory = _ => "-" };
        var command = new Command("export", "Write resources of every kind, and the books of addresses, as YAML, as of one revision.") { file };
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            await using var cluster = globals.Open(parsed);
            var terminal = globals.Terminal;
            var yaml = new StoreYaml(await StoreBackup.OfAsync(cluster.Store, cancellation));
            var path = parsed.GetRequiredValue(file);
            if (path == "-")
                await yaml.WriteAsync(terminal.Out);
            else
                await DatastoreCommands.WriteAsync(path, yaml.WriteAsync);

            foreach (var left in yaml.LeftOut)
                await terminal.Error.WriteLineAsync($"Notice: not in the export: {left}");
            if (yaml.LeftOut.Count > 0)
                await terminal.Error.WriteLineAsync($"Notice: {yaml.LeftOut.Count} key(s) are not, or not wholly, in the export; 'calicoctl datastore backup' takes them as they are.");
            if (path != "-")
                await terminal.Out.WriteLineAsync($"Successfully exported {yaml.Written} resources to {path}");
            return 0;
        });
    }
}
