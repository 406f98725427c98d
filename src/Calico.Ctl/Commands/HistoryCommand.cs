using System.CommandLine;
using Calico.Ctl.Output;
using Calico.Datastore.Resources;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl history</c>: who changed a resource, when and why.</summary>
internal static class HistoryCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var limit = new Option<int>("--limit") { Description = "How many changes, the latest first.", DefaultValueFactory = _ => 20 };
        var command = new Command("history", "Show who changed a resource, when and why, as far back as the datastore keeps.") { limit };
        var named = new NamedResource(command);
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            var id = named.FindOne(parsed);
            await using var cluster = globals.Open(parsed);
            var changes = await new ResourceHistory(cluster.Store).ReadAsync(id, parsed.GetValue(limit), cancellation);
            if (changes.Count == 0)
                throw new CommandException($"{cluster.Store.Description} keeps no change of {id}");

            await globals.Terminal.Out.WriteAsync(PaddedTable.Write(["REVISION", "TIME", "CHANGE", "BY", "REASON"], [.. changes.Select(Row)]));
            return 0;
        });
    }

    private static IReadOnlyList<string> Row(ResourceChange change) =>
        [change.Revision.ToString(), change.Note?.Time.ToString("u") ?? "unknown", change.Kind.ToString(), change.Note?.Author ?? "another client", change.Note?.Reason ?? ""];
}
