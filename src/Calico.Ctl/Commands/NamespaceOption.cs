using System.CommandLine;
using Calico.Model.Resources;

namespace Calico.Ctl.Commands;

/// <summary><c>-n</c> of commands that are about one named resource.</summary>
internal static class NamespaceOption
{
    public static Option<string?> AddTo(Command command)
    {
        var option = new Option<string?>("--namespace", "-n") { Description = "The namespace of a namespaced resource (default: default)." };
        command.Options.Add(option);
        return option;
    }

    /// <exception cref="CommandException">A namespace was given for a kind that has none.</exception>
    public static ResourceId Identify(ResourceKind kind, string? ns, string name)
    {
        if (!kind.IsNamespaced && !string.IsNullOrEmpty(ns))
            throw new CommandException($"{kind} is not namespaced");

        return new(kind, kind.IsNamespaced ? (string.IsNullOrEmpty(ns) ? ResourceInput.DefaultNamespace : ns) : null, name);
    }
}
