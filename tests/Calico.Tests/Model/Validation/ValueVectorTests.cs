using System.Text.Json.Nodes;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Validation;
using Calico.Model.Values;
using Calico.Tests.Support;

namespace Calico.Tests.Model.Validation;

/// <summary>Cases from Calico's own tests of values and names, for those that are known here.</summary>
public sealed class ValueVectorTests
{
    /// <summary>Protocol 0 can be read by Calico and is then refused by its validator; here it cannot be read.</summary>
    public static TheoryData<string> Values => Rows("values", row => Text(row, "check") == "unmarshal"
        && Text(row, "type") is "ASNumber" or "Port" or "Protocol" && Text(row, "json") != "0");

    public static TheoryData<string> EndpointNames =>
        Rows("names_nets", row => Text(row, "check") == "WorkloadEndpoint name construction, fully qualified names");

    public static TheoryData<string> PeerAddresses => Rows("names_nets", row => Text(row, "check") == "BGPPeer PeerIP validation");

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_is_read_as_by_Calico(string line)
    {
        var row = JsonNode.Parse(line)!; // a row is an object
        var text = JsonNode.Parse(Text(row, "json"))!.ToString(); // and its json a scalar
        var read = Text(row, "type") switch
        {
            "ASNumber" => AsNumber.TryParse(text, out var number) ? number.ToString() : null,
            "Port" => Port.TryParse(text, out var port) ? port.ToString() : null,
            _ => Protocol.TryParse(text, out var protocol) ? protocol.ToString() : null,
        };

        Assert.Equal(row["ok"]!.GetValue<bool>() ? (row["value"] is JsonObject named ? Text(named, "PortName") : row["value"]!.ToString()) : null, read);
    }

    [Theory]
    [MemberData(nameof(EndpointNames))]
    public void An_endpoints_name_is_made_as_by_Calico(string line)
    {
        var arguments = JsonNode.Parse(line)!["args"]!.AsArray(); // identifiers, name, missing field
        var identifiers = arguments[0]!;
        var endpoint = new WorkloadEndpointSpec
        {
            Node = Text(identifiers, "Node"),
            Orchestrator = Text(identifiers, "Orchestrator"),
            Workload = Text(identifiers, "Workload"),
            Pod = Text(identifiers, "Pod"),
            ContainerID = Text(identifiers, "ContainerID"),
            Endpoint = Text(identifiers, "Endpoint"),
        };

        Assert.Equal(arguments[1]!.GetValue<string>(), WorkloadEndpointName.Of(endpoint));
    }

    [Theory]
    [MemberData(nameof(PeerAddresses))]
    public void A_peers_address_is_accepted_or_refused_as_by_Calico(string line)
    {
        var arguments = JsonNode.Parse(line)!["args"]!.AsArray(); // address, whether it is refused
        var peer = new Resource<BgpPeerSpec>(Kinds.BgpPeer, new() { Name = "peer" }, new() { PeerIp = arguments[0]!.GetValue<string>() });

        Assert.Equal(arguments[1]!.GetValue<bool>(), ResourceValidator.Validate(peer).Count > 0);
    }

    private static string Text(JsonNode row, string field) => row[field]?.ToString() ?? "";

    private static TheoryData<string> Rows(string file, Func<JsonNode, bool> isKnown) =>
    [
        .. File.ReadLines(Path.Combine(Repository.Root, $"tests/Calico.Tests/Vectors/{file}.jsonl")).Where(line => isKnown(JsonNode.Parse(line)!)), // rows are objects
    ];
}
