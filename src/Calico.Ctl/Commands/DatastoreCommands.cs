using System.CommandLine;
using Calico.Datastore.Backup;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl datastore …</c>: the store as a whole.</summary>
internal static class DatastoreCommands
{
    private static readonly Func<Argument<string>> File = () => new("file") { Description = "The backup; '-' for standard input or output." };

    public static Command Build(GlobalOptions globals) => new("datastore", "Back the whole datastore up, compare it with a backup, and restore it; write it as YAML and read that.")
    {
        DatastoreExportCommand.Build(globals),
        DatastoreImportCommand.Build(globals),
        Backup(globals),
        Diff(globals),
        Restore(globals),
    };

    private static Command Backup(GlobalOptions globals)
    {
        var file = File();
        var command = new Command("backup", "Write everything that is kept, resources and addresses, as of one revision.") { file };
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            await using var cluster = globals.Open(parsed);
            var backup = await StoreBackup.OfAsync(cluster.Store, cancellation);
            var path = parsed.GetRequiredValue(file);
            if (path == "-")
            {
                await backup.WriteAsync(globals.Terminal.Out, globals.Terminal.Time.GetUtcNow());
                return 0;
            }

            await WriteAsync(path, output => backup.WriteAsync(output, globals.Terminal.Time.GetUtcNow()));
            await globals.Terminal.Out.WriteLineAsync($"Successfully backed up {backup.Values.Count} keys of revision {backup.Revision} to {path}");
            return 0;
        });
    }

    private static Command Diff(GlobalOptions globals)
    {
        var file = File();
        var command = new Command("diff", "List the keys in which the datastore (+) and a backup (-) differ; exits 1 if there are any.") { file };
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            var backup = await ReadAsync(globals.Terminal, parsed.GetRequiredValue(file), cancellation);
            await using var cluster = globals.Open(parsed);
            var differences = backup.Differences(await StoreBackup.OfAsync(cluster.Store, cancellation)).ToList();
            foreach (var line in differences)
                await globals.Terminal.Out.WriteLineAsync(line);
            return differences.Count == 0 ? 0 : 1;
        }, failure: 2);
    }

    private static Command Restore(GlobalOptions globals)
    {
        var file = File();
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace all that the datastore holds; what is not in the backup goes." };
        var command = new Command("restore", "Write a backup into a datastore that is empty. Stop the nodes first.") { file, overwrite };
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            var backup = await ReadAsync(globals.Terminal, parsed.GetRequiredValue(file), cancellation);
            await using var cluster = globals.Open(parsed);
            await backup.RestoreAsync(cluster.Store, parsed.GetValue(overwrite), cancellation);
            await globals.Terminal.Out.WriteLineAsync($"Successfully restored {backup.Values.Count} keys to {cluster.Store.Description}");
            return 0;
        });
    }

    /// <summary>As a whole or not at all.</summary>
    internal static async Task WriteAsync(string path, Func<TextWriter, Task> write)
    {
        try
        {
            await using (var output = new StreamWriter(path + ".new", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
                await write(output);
            System.IO.File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be written: {e.Message}");
        }
    }

    private static async Task<StoreBackup> ReadAsync(Terminal terminal, string path, CancellationToken cancellation)
    {
        try
        {
            if (path == "-")
                return await StoreBackup.ReadAsync(terminal.In, cancellation);

            using var input = new StreamReader(path);
            return await StoreBackup.ReadAsync(input, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CommandException($"{path} cannot be read as a backup: {e.Message}");
        }
    }
}
