using System.CommandLine;
using Calico.Ctl.Input;
using Calico.Model.Resources;

namespace Calico.Ctl.Commands;

/// <summary>The options that say which resources a command is about: files, folders, a namespace.</summary>
internal sealed class ResourceInput
{
    public const string DefaultNamespace = "default";

    private readonly Option<string[]> _files = new("--filename", "-f")
    {
        Description = "A file or folder of YAML or JSON, or '-' for standard input.",
        HelpName = "file",
    };

    private readonly Option<bool> _recursive = new("--recursive", "-R") { Description = "Of a folder, its folders too." };

    private readonly Option<bool> _skipEmpty = new("--skip-empty") { Description = "A file without resources is no error." };

    private readonly Option<string?> _namespace = new("--namespace", "-n") { Description = "The namespace of namespaced resources (default: default)." };

    /// <param name="command">Gets the options.</param>
    /// <param name="fileRequired">Nothing but a file says what the command is about.</param>
    public ResourceInput AddTo(Command command, bool fileRequired)
    {
        _files.Required = fileRequired;
        command.Options.Add(_files);
        command.Options.Add(_recursive);
        command.Options.Add(_skipEmpty);
        command.Options.Add(_namespace);
        return this;
    }

    public bool HasFiles(ParseResult parsed) => parsed.GetValue(_files) is { Length: > 0 };

    /// <summary>As given to <c>-n</c>; null if it was not.</summary>
    public string? Namespace(ParseResult parsed) => parsed.GetValue(_namespace) is { Length: > 0 } given ? given : null;

    /// <summary>What the files hold, each namespaced resource in a namespace.</summary>
    /// <exception cref="CommandException">A file cannot be read, or says another namespace than <c>-n</c>.</exception>
    public IReadOnlyList<ManifestResource> Read(ParseResult parsed, TextReader input)
    {
        var files = parsed.GetValue(_files) ?? [];
        var resources = ManifestFiles.Read(files, input, parsed.GetValue(_recursive), parsed.GetValue(_skipEmpty));
        return [.. resources.Select(found => found with { Resource = InNamespace(found, Namespace(parsed)) })];
    }

    /// <summary>Of a resource that the command line names.</summary>
    /// <exception cref="CommandException">A namespace was given for a kind that has none.</exception>
    public string? NamespaceOf(ResourceKind kind, ParseResult parsed)
    {
        var given = Namespace(parsed);
        if (!kind.IsNamespaced && given is not null)
            throw new CommandException($"{kind} is not namespaced");

        return kind.IsNamespaced ? given ?? DefaultNamespace : null;
    }

    /// <exception cref="CommandException">No kind by that word.</exception>
    public static ResourceKind Kind(string word) => Kinds.Find(word)
        ?? throw new CommandException($"resource type '{word}' is not supported: the types are {string.Join(", ", Kinds.All.Select(kind => kind.Name))}");

    private static IResource InNamespace(ManifestResource found, string? given)
    {
        var (kind, metadata) = (found.Resource.Kind, found.Resource.Metadata);
        if (!kind.IsNamespaced)
            return found.Resource;
        if (metadata.Namespace is { Length: > 0 } own)
        {
            return given is null || given == own
                ? found.Resource
                : throw new CommandException(found.Place.Locate($"the namespace '{own}' is not the '{given}' of the command line"));
        }

        return found.Resource.WithMetadata(metadata with { Namespace = given ?? DefaultNamespace });
    }
}
