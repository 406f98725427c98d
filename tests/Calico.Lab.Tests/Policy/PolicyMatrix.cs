using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Calico.Calc.Evaluation;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Lab.Tests.Policy;

/// <summary>Holds the evaluator against the kernel: policies at random, every pair, every port, real packets.</summary>
/// <remarks>
/// A set of policies is known to hold in the kernel when a packet passes that only it lets pass. A packet that should arrive is waited for;
/// one that should not is sent again before the test fails by it, so that a late one proves nothing.
/// </remarks>
internal sealed class PolicyMatrix : IDisposable
{
    /// <summary>The same sets each time, so that a change is what a failure comes from; CALICO_TEST_SEED tries others.</summary>
    private const int UsualSeed = 22284988;

    private readonly IReadOnlyList<MatrixPlace> _places;
    private readonly ConcurrentDictionary<uint, bool> _arrived = new();
    private readonly Dictionary<string, ProbePost> _posts;
    private uint _lastId = 0x40000000;
    private ushort _sourcePort = 20_000;

    /// <param name="places">The last of them is no workload: it may send to every container's marker port.</param>
    public PolicyMatrix(IReadOnlyList<MatrixPlace> places)
    {
        _places = places;
        _posts = places.ToDictionary(place => place.Name, place => new ProbePost(place.Network, place.Name, _arrived));
    }

    /// <summary>Tries set after set and fails at the first difference.</summary>
    /// <param name="sets">How many.</param>
    /// <param name="want">Brings a set into force, without waiting for it, and tells what it means.</param>
    /// <param name="problems">What the hosts have to say, should a set not come into force.</param>
    public async Task HoldAsync(int sets, Func<IReadOnlyList<IResource>, Task<ClusterPolicy>> want, Func<Task<string>> problems)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CALICO_TEST_SEED"), CultureInfo.InvariantCulture, out var given) ? given : UsualSeed;
        var policies = new RandomPolicies(seed);
        var (flows, allowed) = (0, 0);
        for (var set = 0; set < sets; set++)
        {
            var cluster = await want([.. policies.Next(), Marker(set)]);
            if (!await HoldsAsync(set))
                Assert.Fail($"set {set} of the policies does not come into force: {await problems()}");

            var differences = await DifferencesAsync(cluster, Flows());
            for (var attempt = 0; attempt < 3 && differences.Count > 0; attempt++)
            {
                await Task.Delay(200, TestContext.Current.CancellationToken);
                differences = await DifferencesAsync(cluster, differences.Select(flow => flow with { Packet = Renewed(flow.Packet) }));
            }

            Assert.True(differences.Count == 0, Report(seed, set, cluster, differences));
            var all = Flows().ToList();
            flows += all.Count;
            allowed += all.Count(flow => cluster.Decide(flow.Packet).IsAllowed);
        }

        Assert.InRange(allowed, flows / 20, flows * 19 / 20); // else the policies were not worth trying
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {sets} sets, {flows} flows, {allowed} allowed, no difference");
    }

    public void Dispose()
    {
        foreach (var post in _posts.Values)
            post.Dispose();
    }

    /// <summary>Sends all, waits for what should arrive, and returns what came out otherwise.</summary>
    private async Task<List<Flow>> DifferencesAsync(ClusterPolicy cluster, IEnumerable<Flow> flows)
    {
        var sent = new List<(Flow Flow, uint Id, bool IsExpected)>();
        foreach (var flow in flows)
        {
            sent.Add((flow, ++_lastId, cluster.Decide(flow.Packet).IsAllowed));
            _posts[flow.From].Send(flow.Packet, _lastId);
        }

        for (var i = 0; i < 100 && sent.Exists(probe => probe.IsExpected && !_arrived.ContainsKey(probe.Id)); i++)
            await Task.Delay(2, TestContext.Current.CancellationToken);

        await Task.Delay(3, TestContext.Current.CancellationToken); // for those that should not arrive, and would right behind the others
        return [.. sent.Where(probe => _arrived.ContainsKey(probe.Id) != probe.IsExpected).Select(probe => probe.Flow)];
    }

    /// <summary>A port that every container may be reached at, by this set of policies alone.</summary>
    private static Resource<PolicySpec> Marker(int set)
    {
        var rule = new Rule { Action = RuleAction.Allow, Protocol = Protocol.Udp, Destination = new() { Ports = [new(MarkerPort(set))] } };
        return new(Kinds.GlobalNetworkPolicy, new() { Name = "early.marker" }, new() { Tier = "early", Order = -1, Ingress = [rule], Egress = [rule] });
    }

    private static ushort MarkerPort(int set) => (ushort)(40_000 + set);

    /// <summary>Waits until every container's host lets the marker through, and the sender's too.</summary>
    private async Task<bool> HoldsAsync(int set)
    {
        var (outside, containers) = (_places[^1], _places.Take(_places.Count - 1).ToList());
        for (var i = 0; i < 2_000; i++)
        {
            var ids = containers.ConvertAll(to =>
            {
                _posts[outside.Name].Send(Udp(outside.Address4, to.Address4, MarkerPort(set)), ++_lastId);
                return _lastId;
            });
            await Task.Delay(5, TestContext.Current.CancellationToken);
            if (ids.TrueForAll(_arrived.ContainsKey))
                return true;
        }

        return false;
    }

    private Packet Udp(IPAddress from, IPAddress to, ushort port) => new()
    {
        Source = from,
        Destination = to,
        Protocol = Protocol.Udp,
        SourcePort = NextSourcePort(),
        DestinationPort = port,
    };

    private IEnumerable<Flow> Flows()
    {
        foreach (var (i, from) in _places.Index())
        {
            foreach (var (j, to) in _places.Index().Where(to => to.Index != i))
            {
                foreach (var packet in Packets(from.Address4, to.Address4, isForward: i < j))
                    yield return new(from.Name, to.Name, packet);
                if (from.Address6 is null || to.Address6 is null)
                    continue;

                foreach (var packet in Packets(from.Address6, to.Address6, isForward: i < j))
                    yield return new(from.Name, to.Name, packet);
            }
        }
    }

    /// <param name="isForward">Of a protocol without ports or numbers the other way round would be the answer to this way.</param>
    private IEnumerable<Packet> Packets(IPAddress source, IPAddress destination, bool isForward)
    {
        var echo = Packet.Echo(source, destination);
        yield return echo;
        yield return echo with { IcmpType = destination.IsIPv4 ? (byte)13 : (byte)139 }; // timestamp request; node information query
        if (isForward)
            yield return echo with { Protocol = new(253), IcmpType = 0 };
        foreach (var port in RandomPolicies.Ports)
        {
            yield return Renewed(echo with { Protocol = Protocol.Tcp, IcmpType = 0, DestinationPort = port });
            yield return Renewed(echo with { Protocol = Protocol.Udp, IcmpType = 0, DestinationPort = port });
        }
    }

    /// <summary>The same as a new connection.</summary>
    private Packet Renewed(Packet packet) => packet.Protocol.HasPorts ? packet with { SourcePort = NextSourcePort() } : packet;

    private ushort NextSourcePort() => _sourcePort = _sourcePort >= 39_000 ? (ushort)20_000 : (ushort)(_sourcePort + 1);

    private static string Report(int seed, int set, ClusterPolicy cluster, List<Flow> differences)
    {
        var text = new StringBuilder($"CALICO_TEST_SEED={seed}, set {set}: {differences.Count} difference(s)\n");
        foreach (var flow in differences.Take(10))
            text.Append($"{flow.From} -> {flow.To} {flow.Packet}: the evaluator says {(cluster.Decide(flow.Packet) is { IsAllowed: true } yes ? $"allowed ({yes.Egress}, {yes.Ingress})" : $"denied ({cluster.Decide(flow.Packet)})")}\n");
        foreach (var resource in cluster.Resources.Values.Where(resource => resource.Spec is PolicySpec or ProfileSpec or TierSpec))
            text.Append(ResourceJson.Write(resource).ToJsonString()).Append('\n');
        return text.ToString();
    }

    private sealed record Flow(string From, string To, Packet Packet);
}
