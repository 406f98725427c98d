using System.CommandLine;
using Calico.Datastore.Resources;
using Calico.Model.Resources;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl delete</c>.</summary>
internal sealed class DeleteCommand(GlobalOptions globals)
{
    private readonly Argument<string?> _kind = new("kind") { Description = "Such as ippool or policy.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string[]> _names = new("name") { Description = "Which of them.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _skipNotExists = new("--skip-not-exists", "-s") { Description = "What does not exist is no error." };
    private readonly ResourceInput _input = new();

    public static Command Build(GlobalOptions globals)
    {
        var delete = new DeleteCommand(globals);
        var command = new Command("delete", "Delete resources named on the command line or in files.") { delete._kind, delete._names, delete._skipNotExists };
        delete._input.AddTo(command, fileRequired: false);
        return command.Runs(globals.Terminal, delete.RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var targets = Targets(parsed).ToList();
        await using var cluster = globals.Open(parsed);
        var removal = new Removal(cluster);
        var batch = new Batch("delete", "deleted");
        foreach (var (id, version) in targets)
        {
            var outcome = await removal.RemoveAsync(id, version, cancellation);
            if (outcome.Notice is { } notice)
                await globals.Terminal.Error.WriteLineAsync(notice);
            if (outcome.Errors.Count > 0)
                batch.Failed(id.Kind, outcome.Errors);
            else if (outcome.Status == WriteStatus.NotFound && parsed.GetValue(_skipNotExists))
                batch.Skipped(id.Kind);
            else if (outcome.Status != WriteStatus.Done)
                batch.Failed(id.Kind, outcome.Message);
            else
                batch.Done(id.Kind);
        }

        return batch.Report(globals.Terminal);
    }

    private IEnumerable<(ResourceId Id, string? Version)> Targets(ParseResult parsed)
    {
        var word = parsed.GetValue(_kind);
        if (_input.HasFiles(parsed))
        {
            return word is null
                ? _input.Read(parsed, globals.Terminal.In).Select(item => (ResourceId.Of(item.Resource), item.Resource.Metadata.ResourceVersion))
                : throw new CommandException("give a kind or a file, not both");
        }

        var kind = ResourceInput.Kind(word ?? throw new CommandException("No resources specified: give a kind and a name, or -f FILE"));
        var names = parsed.GetValue(_names) is { Length: > 0 } given ? given : throw new CommandException($"resource name is required: which {kind} shall be deleted?");
        var ns = _input.NamespaceOf(kind, parsed);
        return names.Select(name => (new ResourceId(kind, ns, name), (string?)null));
    }
}
