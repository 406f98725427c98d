using System.CommandLine;
using Calico.Model.Resources;

namespace Calico.Ctl.Commands;

/// <summary>One resource that the command line names, as <c>KIND NAME</c> or <c>KIND/NAME</c>, and <c>-n</c>; or, where that may be, a kind alone or nothing.</summary>
internal sealed class NamedResource
{
    private readonly Argument<string?> _kind = new("kind") { Description = "Such as node, ippool, policy; or kind/name.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string?> _name = new("name") { Description = "Of the resource, there or not.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _namespace;

    public NamedResource(Command command)
    {
        command.Arguments.Add(_kind);
        command.Arguments.Add(_name);
        _namespace = NamespaceOption.AddTo(command);
    }

    /// <returns>Null of what was not given.</returns>
    /// <exception cref="CommandException">No such kind, or two names.</exception>
    public (ResourceKind? Kind, ResourceId? Id) Find(ParseResult parsed)
    {
        var (word, name) = (parsed.GetValue(_kind), parsed.GetValue(_name));
        if (word?.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash)
            (word, name) = (word[..slash], name is null ? word[(slash + 1)..] : throw new CommandException($"'{word}' has a name and '{name}' is another: give one of them"));
        if (word is null)
            return (null, null);

        var kind = ResourceInput.Kind(word);
        return (kind, string.IsNullOrEmpty(name) ? null : NamespaceOption.Identify(kind, parsed.GetValue(_namespace), name));
    }

    /// <exception cref="CommandException">None is named.</exception>
    public ResourceId FindOne(ParseResult parsed) =>
        Find(parsed).Id ?? throw new CommandException("name a resource: its kind and its name, as in 'ippool default-ipv4-ippool'");
}
