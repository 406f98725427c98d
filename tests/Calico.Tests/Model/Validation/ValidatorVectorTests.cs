using System.Text.Json.Nodes;
using Calico.Model.Resources;
using Calico.Model.Validation;
using Calico.Tests.Support;

namespace Calico.Tests.Model.Validation;

/// <summary>Cases from Calico's own tests of its validator, for the kinds that are known here.</summary>
/// <remarks>
/// Left out are whole kinds this version does not have. Of the others every row runs; where Calico accepts a field that this
/// version does not act on, the answer must be the one that says so.
/// </remarks>
public sealed class ValidatorVectorTests
{
    /// <summary>Kinds and parts of kinds this version does not have.</summary>
    private static readonly string[] Skipped =
    [
        "BlockAffinity", "IPNAT", "KubeControllers", "NamespaceController",
        "NodeController", "NodeStatus", "PolicyController", "StagedKubernetes", "Template",
    ];

    public static TheoryData<string> Cases =>
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors/validator.jsonl"))
            .Where(line => !Skipped.Any(Row(line)["type"]!.GetValue<string>().StartsWith)) // every row has a type
            .Distinct(),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_resource_is_accepted_or_refused_as_by_Calico(string line)
    {
        var row = Row(line);
        var errors = Check(Whole(row));

        if (row["valid"]!.GetValue<bool>()) // every row has a verdict
            Assert.True(errors.Count == 0 || errors.Any(error => error.IsUnsupported), errors.Describe());
        else
            Assert.NotEmpty(errors);
    }

    private static IReadOnlyList<FieldError> Check(JsonObject document)
    {
        var read = ResourceReader.Read(document);
        return read.Resource is null ? read.Errors : ResourceValidator.Validate(read.Resource);
    }

    private static JsonObject Row(string line) => JsonNode.Parse(line)!.AsObject(); // a row is an object

    private static JsonObject Whole(JsonObject row)
    {
        var (type, body) = (row["type"]!.GetValue<string>(), row["object"]!.DeepClone()); // as above
        var document = type switch
        {
            "Protocol" => Whole("GlobalNetworkPolicy", RulesOf(new JsonObject { ["action"] = "Allow", ["protocol"] = body })),
            "ProtoPort" => Whole("FelixConfiguration", new JsonObject { ["failsafeInboundHostPorts"] = new JsonArray(body) }),
            "HTTPMatch" => Whole("GlobalNetworkPolicy", RulesOf(new JsonObject { ["action"] = "Allow", ["http"] = body })),
            "Rule" => Whole("GlobalNetworkPolicy", RulesOf(body)),
            "BGPFilterRuleV4" => Whole("BGPFilter", new JsonObject { ["exportV4"] = new JsonArray(body) }),
            "BGPFilterRuleV6" => Whole("BGPFilter", new JsonObject { ["exportV6"] = new JsonArray(body) }),
            "BGPFilterOperation" => Whole(
                "BGPFilter", new JsonObject { ["exportV4"] = new JsonArray(new JsonObject { ["action"] = "Accept", ["operations"] = new JsonArray(body) }) }),
            "WorkloadEndpointPort" => Whole("WorkloadEndpoint", new JsonObject { ["ports"] = new JsonArray(body) }),
            _ when row["top_level"]!.GetValue<bool>() => body.AsObject(), // as above
            _ => Whole(type[..^"Spec".Length], body),
        };
        if (Kinds.Find(document["kind"]!.GetValue<string>()) is { IsNamespaced: true })
            document["metadata"]!["namespace"] = "default"; // as calicoctl does
        return document;
    }

    private static JsonObject RulesOf(JsonNode rule) => new() { ["ingress"] = new JsonArray(rule) };

    private static JsonObject Whole(string kind, JsonNode spec) => new()
    {
        ["apiVersion"] = ResourceKind.ApiVersion,
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = "default" },
        ["spec"] = spec,
    };
}
