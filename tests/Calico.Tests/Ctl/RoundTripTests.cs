using System.Text.Json.Nodes;
using Calico.Ctl.Input;
using Calico.Ctl.Output;
using Calico.Model.Resources;
using Calico.Model.Validation;
using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

/// <summary>Resources of Calico's own calicoctl tests, through our YAML and back.</summary>
public sealed class RoundTripTests
{
    /// <summary>Without FelixConfiguration: most of the fields in its rows are refused here, since nothing acts on them.</summary>
    private static readonly string[] KnownKinds = [.. Kinds.All.Where(kind => kind != Kinds.FelixConfiguration).Select(kind => kind.Name)];

    public static TheoryData<string> Cases =>
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors/calicoctl.jsonl"))
            .Where(line => KnownKinds.Contains(JsonNode.Parse(line)!["resource"]!["kind"]!.GetValue<string>())), // every row has these
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_resource_survives_being_written_and_read_or_is_refused_as_by_Calico(string line)
    {
        var row = JsonNode.Parse(line)!; // a row is an object
        var manifest = Manifest.Read("case.yaml", new StringReader(YamlText.Write(row["resource"])));

        if (row["expected"]!.GetValue<string>() == "invalid") // every row has a verdict
        {
            Assert.True(manifest.Errors.Count > 0 || ResourceValidator.Validate(InNamespace(manifest)).Count > 0);
            return;
        }

        Assert.Empty(manifest.Errors);
        Assert.DoesNotContain(ResourceValidator.Validate(InNamespace(manifest)), error => !error.IsUnsupported);
        var written = ResourceJson.Write(manifest.Resources[0].Resource);
        var again = Manifest.Read("again.yaml", new StringReader(YamlText.Write(written)));
        Assert.Empty(again.Errors);
        Assert.True(JsonNode.DeepEquals(written, ResourceJson.Write(again.Resources[0].Resource)));
    }

    private static IResource InNamespace(Manifest manifest)
    {
        var resource = Assert.Single(manifest.Resources).Resource;
        return resource.Kind.IsNamespaced ? resource.WithMetadata(resource.Metadata with { Namespace = "default" }) : resource;
    }
}
