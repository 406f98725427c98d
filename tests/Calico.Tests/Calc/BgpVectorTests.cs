using System.Net;
using System.Text.Json;
using Calico.Calc;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;
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
        Assert.Equal(expected.OrderBy(peer => peer.Name), bgp.Peers.Values.Select(peer => Actual(peer, bgp.LocalAs)).OrderBy(peer => peer.Name));
        Assert.Equal(row.GetProperty("expected_v4").GetProperty("router_id").GetString(), bgp.RouterId.ToString());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_way_to_a_peer_is_where_Calico_has_a_static_route(string name)
    {
        var row = Rows.First(row => row.GetProperty("case").GetString() == name);
        var graph = new CalculationGraph(row.GetProperty("node").GetString() ?? "");
        graph.Apply(row.GetProperty("input").EnumerateArray().Select(json => Store.Put(ResourceJson.Read(json, ModelJson.Default))));

        var expected = new[] { "expected_v4", "expected_v6" }
            .Where(family => row.TryGetProperty(family, out var part) && part.TryGetProperty("static_routes", out _))
            .SelectMany(family => row.GetProperty(family).GetProperty("static_routes").EnumerateArray())
            .Where(route => route[1].GetString() == "via")
            .Select(route => IPNetwork.Parse(route[0].GetString() ?? "").BaseAddress);
        Assert.Equal(
            expected.Select(address => $"{address}").Order(StringComparer.Ordinal),
            graph.Flush().Bgp?.Peers.Values.Where(peer => peer.ReachableBy is not null).Select(peer => $"{peer.Address}").Order(StringComparer.Ordinal));
    }

    private sealed record Peer(string Name, IPAddress Address, int Port, uint As, bool Passive, bool Client, bool Keep)
    {
        public string? Source { get; init; }

        public uint? LocalAs { get; init; }

        public int AllowedLocalAs { get; init; }

        public double? RestartTime { get; init; }

        /// <summary>As Calico names them, those in whose name a hash stands for what is too long left out.</summary>
        public string Filters { get; init; } = "";
    }

    private static Peer Expected(JsonElement peer) => new(
        peer.GetProperty("protocol").GetString() ?? "",
        IPAddress.Parse(peer.GetProperty("ip").GetString() ?? ""),
        peer.TryGetProperty("port", out var port) ? port.GetInt32() : 179,
        peer.GetProperty("as").GetUInt32(),
        peer.TryGetProperty("passive", out _),
        peer.TryGetProperty("rr_client", out _),
        peer.TryGetProperty("next_hop_keep", out _))
    {
        Source = peer.TryGetProperty("source_address", out var source) ? source.GetString() : null,
        LocalAs = peer.TryGetProperty("local_as", out var localAs) ? localAs.GetUInt32() : null,
        AllowedLocalAs = peer.TryGetProperty("allow_local_as", out var allowed) ? int.Parse(allowed.GetString() ?? "") : 0,
        RestartTime = peer.TryGetProperty("gr_time", out var time) ? time.GetDouble() : null,
        Filters = peer.TryGetProperty("bgpfilters", out var filters)
            ? string.Join(' ', filters.EnumerateArray().Select(filter => filter.GetString() ?? "").Where(filter => !filter.Contains("_46char", StringComparison.Ordinal) && !filter.Contains("_greater", StringComparison.Ordinal)))
            : "",
    };

    private static Peer Actual(BgpPeering peering, AsNumber own) => new(
        peering.Name, peering.Address, peering.Port, peering.As.Value, peering.Passive, peering.RouteReflectorClient, peering.NextHop == BgpNextHopMode.Keep)
    {
        Source = peering.LocalAddress?.ToString(),
        LocalAs = peering.LocalAs == own && peering.AllowedLocalAs == 0 ? null : peering.LocalAs.Value,
        AllowedLocalAs = peering.AllowedLocalAs,
        RestartTime = peering.MaxRestartTime?.TotalSeconds,
        Filters = string.Join(' ', FilterNames(peering)),
    };

    private static IEnumerable<string> FilterNames(BgpPeering peering)
    {
        var isIPv4 = peering.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        var known = peering.Filters.Where(filter => filter.Name.Length <= 45).ToList();
        foreach (var filter in known.Where(filter => (isIPv4 ? filter.Spec.ImportV4 : filter.Spec.ImportV6)?.Count > 0))
            yield return $"bgp_{filter.Name}_importFilterV{(isIPv4 ? 4 : 6)}";
        foreach (var filter in known.Where(filter => (isIPv4 ? filter.Spec.ExportV4 : filter.Spec.ExportV6)?.Count > 0))
            yield return $"bgp_{filter.Name}_exportFilterV{(isIPv4 ? 4 : 6)}";
    }
}
