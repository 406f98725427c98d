using System.CommandLine;
using Calico.Ctl.Output;
using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl get</c>.</summary>
internal sealed class GetCommand(GlobalOptions globals)
{
    private readonly Argument<string?> _kind = new("kind") { Description = "Such as node, ippool, workloadendpoint, policy.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string[]> _names = new("name") { Description = "Which of them; none: all.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _allNamespaces = new("--all-namespaces", "-A", "-a") { Description = "Of namespaced kinds, those of all namespaces." };
    private readonly Option<bool> _export = new("--export") { Description = "Leave out what belongs to this cluster: namespace, uid, version, time." };
    private readonly ResourceInput _input = new();

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "ps, wide, yaml, json, name or custom-columns=NAME,…",
        DefaultValueFactory = _ => "ps",
    };

    public static Command Build(GlobalOptions globals)
    {
        var get = new GetCommand(globals);
        var command = new Command("get", "Show resources.") { get._kind, get._names, get._output, get._allNamespaces, get._export };
        get._input.AddTo(command, fileRequired: false);
        return command.Runs(globals.Terminal, get.RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var printer = ResourcePrinter.Of(parsed.GetValue(_output) ?? "ps");
        var questions = Questions(parsed).ToList();
        await using var cluster = globals.Open(parsed);
        var found = new List<Found>();
        var errors = new List<string>();
        foreach (var question in questions)
            await AskAsync(cluster, question, parsed, (found, errors), cancellation);

        var defaults = printer.NeedsDefaults && found.Any(part => part.Kind == Kinds.Node) ? await DefaultsAsync(cluster, cancellation) : ClusterDefaults.None;
        var showNamespace = parsed.GetValue(_allNamespaces) || _input.Namespace(parsed) is not null;
        if (found.Count > 0)
            await globals.Terminal.Out.WriteAsync(printer.Print(found, showNamespace, defaults));
        if (errors.Count == 0)
            return 0;

        await globals.Terminal.Error.WriteLineAsync($"failed to get resources: [{string.Join('\n', errors)}]");
        return 1;
    }

    private IEnumerable<Question> Questions(ParseResult parsed)
    {
        if (_input.HasFiles(parsed))
        {
            return parsed.GetValue(_kind) is null
                ? _input.Read(parsed, globals.Terminal.In).Select(item => new Question(item.Resource.Kind, item.Resource.Metadata.Namespace, item.Resource.Metadata.Name))
                : throw new CommandException("give a kind or a file, not both");
        }

        var kind = ResourceInput.Kind(parsed.GetValue(_kind) ?? throw new CommandException("No resources specified: give a kind, such as 'calicoctl get nodes', or -f FILE"));
        var names = parsed.GetValue(_names) ?? [];
        var everywhere = parsed.GetValue(_allNamespaces);
        if (everywhere && _input.Namespace(parsed) is not null)
            throw new CommandException("cannot use both --namespace and --all-namespaces");
        if (everywhere && names.Length > 0)
            throw new CommandException("cannot use --all-namespaces for getting a single resource");

        var ns = everywhere ? null : _input.NamespaceOf(kind, parsed);
        return names.Length == 0 ? [new Question(kind, ns, Name: null)] : names.Select(name => new Question(kind, ns, name));
    }

    private async Task AskAsync(Cluster cluster, Question question, ParseResult parsed, (List<Found> Found, List<string> Errors) answer, CancellationToken cancellation)
    {
        var (kind, ns, name) = question;
        if (name is null)
        {
            var listing = await cluster.Resources.ListAsync(kind, ns, cancellation);
            answer.Found.Add(new Found(kind, IsList: true, listing.Items));
            answer.Errors.AddRange(listing.Unreadable.Select(unreadable => unreadable.Message));
            return;
        }

        try
        {
            if (await cluster.Resources.GetAsync(new ResourceId(kind, ns, name), cancellation) is { } resource)
                answer.Found.Add(new Found(kind, IsList: false, [parsed.GetValue(_export) ? Exported(resource) : resource]));
            else
                answer.Errors.Add($"resource does not exist: {kind.Identify(ns, name)} with error: {cluster.Store.Description} has no such resource");
        }
        catch (UnreadableException e)
        {
            answer.Errors.Add(e.Message);
        }
    }

    private static IResource Exported(IResource resource) => resource.WithMetadata(resource.Metadata with
    {
        Namespace = null,
        Uid = null,
        ResourceVersion = null,
        CreationTimestamp = null,
    });

    private static async Task<ClusterDefaults> DefaultsAsync(Cluster cluster, CancellationToken cancellation)
    {
        try
        {
            var configuration = await cluster.Resources.GetAsync<BgpConfigurationSpec>(new(Kinds.BgpConfiguration, Namespace: null, "default"), cancellation);
            return ClusterDefaults.Of(configuration?.Spec);
        }
        catch (UnreadableException)
        {
            return ClusterDefaults.None; // the nodes can be shown without it
        }
    }

    private sealed record Question(ResourceKind Kind, string? Namespace, string? Name);
}
