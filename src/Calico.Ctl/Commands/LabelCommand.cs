using System.CommandLine;
using Calico.Model.Resources;
using Calico.Model.Values;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl label</c>.</summary>
internal static class LabelCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var kind = new Argument<string>("kind") { Description = "Such as node." };
        var name = new Argument<string>("name") { Description = "Of the resource." };
        var label = new Argument<string>("label") { Description = "key=value, or with --remove the key." };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace another value that the label has." };
        var remove = new Option<bool>("--remove") { Description = "Remove the label." };
        var command = new Command("label", "Set or remove a label of a resource.") { kind, name, label, overwrite, remove };
        var ns = NamespaceOption.AddTo(command);
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            var change = Change.Parse(parsed.GetRequiredValue(label), parsed.GetValue(overwrite), parsed.GetValue(remove));
            var id = NamespaceOption.Identify(ResourceInput.Kind(parsed.GetRequiredValue(kind)), parsed.GetValue(ns), parsed.GetRequiredValue(name));
            await using var cluster = globals.Open(parsed);
            var verb = "set";
            await Amendment.RunAsync(cluster, id, resource => change.Apply(resource, out verb), cancellation);
            await globals.Terminal.Out.WriteLineAsync($"Successfully {verb} label {change.Key} on {id}");
            return 0;
        });
    }

    private sealed record Change(string Key, string? Value, bool Overwrite)
    {
        public static Change Parse(string text, bool overwrite, bool remove)
        {
            if (overwrite && remove)
                throw new CommandException("--overwrite and --remove exclude each other");

            var equals = text.IndexOf('=', StringComparison.Ordinal);
            return (remove, equals) switch
            {
                (true, < 0) => new(text, Value: null, Overwrite: false),
                (false, > 0) => new(text[..equals], text[(equals + 1)..], overwrite),
                _ => throw new CommandException($"'{text}' is not a label: write key=value, or the key alone with --remove"),
            };
        }

        public IResource Apply(IResource resource, out string verb)
        {
            var labels = resource.Metadata.Labels ?? Labels.Empty;
            var isThere = labels.TryGetValue(Key, out var before);
            verb = Value is null ? "removed" : isThere ? "updated" : "set";
            if (Value is null && !isThere)
                throw new CommandException($"failed to remove label of {ResourceId.Of(resource)}: it has no label {Key}");
            if (Value is not null && isThere && before != Value && !Overwrite)
                throw new CommandException($"failed to update label of {ResourceId.Of(resource)}: {Key} is already '{before}': use --overwrite to set another value");

            return resource.WithMetadata(resource.Metadata with { Labels = Value is null ? labels.Without(Key) : labels.With(Key, Value) });
        }
    }
}
