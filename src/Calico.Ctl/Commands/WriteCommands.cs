using System.CommandLine;
using Calico.Calc.Evaluation;
using Calico.Ctl.Input;
using Calico.Ctl.Policy;
using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ctl.Commands;

/// <summary><c>create</c>, <c>apply</c> and <c>replace</c>.</summary>
internal static class WriteCommands
{
    public static Command Create(GlobalOptions globals)
    {
        var skipExists = new Option<bool>("--skip-exists") { Description = "What exists already is no error and stays as it is." };
        var command = new Command("create", "Create resources from files; what exists already is an error.") { skipExists };
        return Build(command, globals, "created", (parsed, cluster, resource, cancellation) =>
            WriteAsync(resource, WriteVerb.Create, cluster, parsed.GetValue(skipExists), cancellation));
    }

    public static Command Apply(GlobalOptions globals) => Build(
        new Command("apply", "Create resources from files, or replace those that exist."), globals, "applied", (_, cluster, resource, cancellation) =>
            WriteAsync(resource, WriteVerb.Apply, cluster, skipExists: false, cancellation));

    public static Command Replace(GlobalOptions globals) => Build(
        new Command("replace", "Replace resources by those of files; what does not exist is an error."), globals, "replaced", (_, cluster, resource, cancellation) =>
            WriteAsync(resource, WriteVerb.Replace, cluster, skipExists: false, cancellation));

    private static Command Build(
        Command command, GlobalOptions globals, string past, Func<ParseResult, Cluster, IResource, CancellationToken, Task<IReadOnlyList<string>?>> write)
    {
        var input = new ResourceInput().AddTo(command, fileRequired: true);
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            var found = input.Read(parsed, globals.Terminal.In);
            await using var cluster = globals.Open(parsed);
            var batch = new Batch(command.Name, past);
            await batch.ForEachAsync(found, async item => Checks.Alone(item) is { Count: > 0 } wrong
                ? wrong
                : Located(item, await write(parsed, cluster, item.Resource, cancellation)));
            var status = batch.Report(globals.Terminal);
            await WarnAsync(found, cluster, globals.Terminal.Error, cancellation);
            return status;
        });
    }

    /// <summary>Of policies that are stored and yet, as the cluster is now, touch nothing.</summary>
    private static async Task WarnAsync(IReadOnlyList<ManifestResource> written, Cluster cluster, TextWriter notices, CancellationToken cancellation)
    {
        var policies = written.Select(item => item.Resource).OfType<Resource<PolicySpec>>().ToList();
        if (policies.Count == 0)
            return;

        var policy = new ClusterPolicy((await PolicySources.OfStoreAsync(cluster, notices, revision: null, cancellation)).Resources);
        foreach (var warning in policies.Where(item => policy.Resources.ContainsKey(ResourceId.Of(item))).SelectMany(policy.IdleParts))
            await notices.WriteLineAsync($"Warning: {warning}");
    }

    private static List<string>? Located(ManifestResource item, IReadOnlyList<string>? errors) => errors?.Select(item.Place.Locate).ToList();

    private static async Task<IReadOnlyList<string>?> WriteAsync(
        IResource resource, WriteVerb verb, Cluster cluster, bool skipExists, CancellationToken cancellation)
    {
        var errors = await Checks.AmongOthersAsync(resource, verb, cluster, cancellation);
        if (errors.Count > 0)
            return errors;

        var outcome = verb switch
        {
            WriteVerb.Create => await cluster.Resources.CreateAsync(resource, cancellation),
            WriteVerb.Apply => await cluster.Resources.ApplyAsync(resource, cancellation),
            _ => await cluster.Resources.UpdateAsync(resource, cancellation),
        };
        if (outcome.IsDone)
            return null;

        return outcome.Status == WriteStatus.AlreadyExists && skipExists ? [] : [outcome.Message];
    }
}
