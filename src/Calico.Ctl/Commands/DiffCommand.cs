using System.CommandLine;
using Calico.Ctl.Output;
using Calico.Datastore.Resources;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl diff</c>: what became of the resources between two times.</summary>
internal static class DiffCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var from = Moment("--from", required: true);
        var to = Moment("--to", required: false);
        var command = new Command("diff", "Show which resources, or those of a kind, or which one, are not as they were, and what differs; exits 0 if nothing does, 1 if something does.") { from, to };
        var named = new NamedResource(command);
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            var (kind, only) = named.Find(parsed);
            await using var cluster = globals.Open(parsed);
            var revision = await Input.Moment.Parse(from.Name, parsed.GetRequiredValue(from), globals.Terminal.Time).RevisionAsync(cluster, globals.Terminal.Error, cancellation);
            var before = await cluster.Resources.ListAllAtAsync(revision, cancellation);
            var after = parsed.GetValue(to) is { } end
                ? await cluster.Resources.ListAllAtAsync(await Input.Moment.Parse(to.Name, end, globals.Terminal.Time).RevisionAsync(cluster, globals.Terminal.Error, cancellation), cancellation)
                : await cluster.Resources.ListAllAsync(cancellation);
            foreach (var unreadable in before.Unreadable.Concat(after.Unreadable).Select(problem => problem.Message).Distinct())
                await globals.Terminal.Error.WriteLineAsync($"Warning: {unreadable}");

            var differences = ResourceDifference.Between(before.Items, after.Items)
                .Where(difference => (kind is null || difference.Id.Kind == kind) && (only is null || difference.Id == only)).ToList();
            foreach (var difference in differences)
                await globals.Terminal.Out.WriteAsync(DifferenceText.Write(difference, difference.Kind.ToString().ToLowerInvariant()));
            return differences.Count == 0 ? 0 : 1;
        }, failure: 2);
    }

    private static Option<string> Moment(string name, bool required) => new(name)
    {
        Description = required ? "A revision, as 'calicoctl history' shows them, a time, or how long ago (30m)." : "Likewise; now, if it is not given.",
        HelpName = "when",
        Required = required,
    };
}
