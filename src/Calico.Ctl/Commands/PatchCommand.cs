using System.CommandLine;
using System.Text.Json.Nodes;
using Calico.Ctl.Input;
using Calico.Model.Resources;
using Calico.Model.Validation;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl patch</c>.</summary>
internal static class PatchCommand
{
    private static readonly string[] Types = ["strategic", "merge"];

    public static Command Build(GlobalOptions globals)
    {
        var kind = new Argument<string>("kind") { Description = "Such as node or ippool." };
        var name = new Argument<string>("name") { Description = "Of the resource." };
        var patch = new Option<string>("--patch", "-p") { Description = "The change, JSON or YAML: fields to set; null removes one; lists are replaced.", Required = true };
        var type = new Option<string>("--type", "-t") { Description = "strategic or merge, which are the same here.", DefaultValueFactory = _ => "strategic" };
        var command = new Command("patch", "Change some fields of a resource.") { kind, name, patch, type.AcceptOnlyFromAmong(Types) };
        var ns = NamespaceOption.AddTo(command);
        return command.Runs(globals.Terminal, async (parsed, cancellation) =>
        {
            var changes = Read(parsed.GetRequiredValue(patch));
            var id = NamespaceOption.Identify(ResourceInput.Kind(parsed.GetRequiredValue(kind)), parsed.GetValue(ns), parsed.GetRequiredValue(name));
            await using var cluster = globals.Open(parsed);
            await Amendment.RunAsync(cluster, id, resource => Patched(resource, changes), cancellation);
            await globals.Terminal.Out.WriteLineAsync($"Successfully patched 1 '{id.Kind}' resource");
            return 0;
        });
    }

    private static JsonObject Read(string patch)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(patch));
            if (stream.Documents is [var only] && new YamlTree().Convert(only.RootNode) is JsonObject changes)
                return changes;
        }
        catch (YamlException e)
        {
            throw new CommandException($"failed to patch: the patch is malformed at line {e.Start.Line}, column {e.Start.Column}: {e.Message}");
        }

        throw new CommandException("failed to patch: the patch must be fields to change, such as '{\"spec\": {\"natOutgoing\": true}}'");
    }

    private static IResource Patched(IResource resource, JsonObject changes)
    {
        var read = ResourceReader.Read(JsonMerge.Apply(ResourceJson.Write(resource), changes));
        if (read.Resource is null)
            throw new CommandException($"failed to patch '{resource.Kind}' resource: [{read.Errors.Describe()}]");
        if (ResourceId.Of(read.Resource) != ResourceId.Of(resource))
            throw new CommandException($"failed to patch '{resource.Kind}' resource: [a patch cannot change the kind, the namespace or the name]");

        return read.Resource;
    }
}
