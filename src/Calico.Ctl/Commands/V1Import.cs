using System.Text.Json.Nodes;
using Calico.Ctl.Input;
using Calico.Ctl.Input.V1;
using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Validation;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl datastore import --from-v1</c>: first a report that writes nothing; all of it is written, or, where anything cannot be taken over, nothing.</summary>
internal sealed class V1Import(Terminal terminal)
{
    private readonly List<(V1Converted From, ManifestResource To)> _taken = [];
    private readonly List<string> _errors = [];

    /// <param name="file">The v1 resources.</param>
    /// <param name="cluster">Where to; null: only tell. Is disposed of.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public async Task<int> RunAsync(string file, Cluster? cluster, CancellationToken cancellation)
    {
        await using var open = cluster;
        _errors.AddRange(ManifestFiles.Open(file, terminal.In, (name, text) => Manifest.Read(name, text, Take)).Errors);
        foreach (var same in _taken.GroupBy(item => ResourceId.Of(item.To.Resource)).Where(group => group.Count() > 1))
            _errors.Add(same.Last().To.Place.Locate($"{string.Join(" and ", same.Select(item => item.From.What))} would both be {same.Key}: rename one of them"));
        if (_taken.Count + _errors.Count == 0)
            throw new CommandException($"{file}: no resources in it");

        await TellAsync();
        if (_errors.Count > 0)
            return 1;
        if (cluster is not null)
            return await WriteAsync(cluster, cancellation);

        await terminal.Out.WriteLineAsync("Nothing was written: give --apply too to have them created.");
        return 0;
    }

    private IReadOnlyList<string> Take(JsonObject document, SourcePlace place)
    {
        var version = $"{document["apiVersion"]}";
        if (version != "v1")
            return [place.Locate($"apiVersion is '{version}', not v1{(version == ResourceKind.ApiVersion ? ": use 'calicoctl create -f'" : "")}")];

        try
        {
            var converted = V1Conversion.Convert(document);
            var read = ResourceReader.Read(converted.Document);
            if (read.Resource is null)
                return [.. read.Errors.Select(error => place.Locate($"{converted.What}: {error}"))];

            var resource = ResourceStore.Complete(read.Resource);
            _taken.Add((converted, new(resource, place)));
            return [.. ResourceValidator.Validate(resource).Select(error => place.Locate($"{converted.What}: {error}"))];
        }
        catch (FormatException e)
        {
            return [place.Locate(e.Message)];
        }
    }

    private async Task TellAsync()
    {
        foreach (var (from, to) in _taken)
        {
            await terminal.Out.WriteLineAsync($"{from.What} -> {ResourceId.Of(to.Resource)}");
            foreach (var note in from.Notes)
                await terminal.Out.WriteLineAsync($"  {note}");
        }

        foreach (var error in _errors)
            await terminal.Error.WriteLineAsync(error);
        await terminal.Out.WriteLineAsync($"{_taken.Count} resource(s) read, {_taken.Sum(item => item.From.Notes.Count)} note(s), {_errors.Count} error(s){(_errors.Count > 0 ? ": nothing is imported while there are any" : "")}");
    }

    /// <summary>What others refer to comes first; what exists already stays as it is.</summary>
    private async Task<int> WriteAsync(Cluster cluster, CancellationToken cancellation)
    {
        var batch = new Batch("import", "imported");
        await batch.ForEachAsync(_taken.Select(item => item.To).OrderBy(item => Kinds.All.Index().First(kind => kind.Item == item.Resource.Kind).Index), async item =>
        {
            var errors = await Checks.AmongOthersAsync(item.Resource, WriteVerb.Create, cluster, cancellation);
            if (errors.Count > 0)
                return errors.Select(item.Place.Locate).ToList();

            var outcome = await cluster.Resources.CreateAsync(item.Resource, cancellation);
            return outcome.Status switch
            {
                WriteStatus.Done => null,
                WriteStatus.AlreadyExists => [],
                _ => [item.Place.Locate(outcome.Message)],
            };
        });
        return batch.Report(terminal);
    }
}
