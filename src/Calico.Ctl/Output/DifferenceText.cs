using Calico.Datastore.Resources;
using Calico.Model.Resources;

namespace Calico.Ctl.Output;

/// <summary>What became of a resource, as lines: what was done, and the YAML that went (<c>-</c>) and came (<c>+</c>).</summary>
internal static class DifferenceText
{
    public static string Write(ResourceDifference difference, string done) =>
        $"{difference.Id} {done}\n{string.Concat(LineDiff.Write(Yaml(difference.Before), Yaml(difference.After)).Select(line => $"{line}\n"))}";

    private static string Yaml(IResource? resource) =>
        resource is null ? "" : YamlText.Write(ResourceJson.Write(ResourceDifference.Bare(resource))).TrimEnd('\n');
}
