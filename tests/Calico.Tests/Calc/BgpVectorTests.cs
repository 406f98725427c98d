using System.Net;
using System.Text.Json;
using Calico.Calc;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Store;
using Calico.Tests.Support;

namespace Calico.Tests.Calc;

/// <summary>Cases from Calico's own tests of the BIRD configuration of one node.</summary>
public sealed class BgpVectorTests
{
    private static IEnumerable<JsonElement> Rows =>
        File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors/bgp_config.jsonl")).Select(line => JsonDocument.Parse(line).RootElement);

    public static TheoryData<string> Cases => [.. Rows.Select(row => row.GetProperty("case").GetString() ?? "")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_node_has_the_peers_that_Calico_gives_it(string name)
    {
        var row = Rows.First(row => row.GetProperty("case").GetString() == name);
        var graph = new CalculationGraph(row.GetProperty("node").GetString() ?? "");
        graph.Apply(row.GetProperty("input").EnumerateArray().Select(json => Store.Put(ResourceJson.Read(json, ModelJson.Default))));

        var bgp = graph.Flush().Bgp;

        Assert.NotNull(bgp);
        var expected = new[] { "expected_v4", "expected_v6" }
            .Where(family => row.TryGetProperty(family, out var part) && part.TryGetProperty("peers", out _))
            .SelectMany(family => row.GetProperty(family).GetProperty("peers").EnumerateArray())
            .Select(Expected);
        Assert.Equal(expected.OrderBy(peer => peer.Name), bgp.Peers.Values.Select(Actual).OrderBy(peer => peer.Name));
        Assert.Equal(row.GetProperty("expected_v4").GetProperty("router_id").GetString(), bgp.RouterId.ToString());
    }

    private sealed record Peer(string Name, IPAddress Address, int Port, uint As, bool Passive, bool Client, bool Keep);

    /// <summary>Passive is compared of the mesh alone: between explicit peers it hangs on <c>sourceAddress</c>, which is not honoured here.</summary>
    private static Peer Expected(JsonElement peer)
    {
        var name = peer.GetProperty("protocol").GetString() ?? "";
        return new(
            name,
            IPAddress.Parse(peer.GetProperty("ip").GetString() ?? ""),
            peer.TryGetProperty("port", out var port) ? port.GetInt32() : 179,
            peer.GetProperty("as").GetUInt32(),
            peer.TryGetProperty("passive", out _) && name.StartsWith("Mesh", StringComparison.Ordinal),
            peer.TryGetProperty("rr_client", out _),
            peer.TryGetProperty("next_hop_keep", out _));
    }

    private static Peer Actual(BgpPeering peering) => new(
        peering.Name, peering.Address, peering.Port, peering.As.Value, peering.Passive, peering.RouteReflectorClient, peering.KeepOriginalNextHop);
}
