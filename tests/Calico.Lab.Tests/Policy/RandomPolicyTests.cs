using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Calico.Calc.Evaluation;
using Calico.Lab.Tests.Dataplane;
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
public sealed class RandomPolicyTests : IAsyncLifetime
{
    private const int Sets = 200;

    /// <summary>The same sets each time, so that a change is what a failure comes from; CALICO_TEST_SEED tries others.</summary>
    private const int UsualSeed = 22284988;

    private const string Node = "host";

    private static readonly (string Name, string Address4, string Address6, string Role, string? Env)[] Containers =
    [
        ("one", "10.0.0.1", "fd10::1", "a", "x"),
        ("two", "10.0.0.2", "fd10::2", "b", null),
        ("three", "10.0.0.3", "fd10::3", "c", "y"),
        ("four", "10.0.0.4", "fd10::4", "a", null),
    ];

    private static readonly (string Name, string Address4, string Address6) Outside = ("outside", "192.168.26.102", "fd26::102");

    private readonly RoutedHost _host = new();
    private readonly ConcurrentDictionary<uint, bool> _arrived = new();
    private readonly Dictionary<string, ProbePost> _posts = [];
    private uint _lastId = 0x40000000;
    private ushort _sourcePort = 20_000;

    public async ValueTask InitializeAsync()
    {
        _host.Start();
        foreach (var (name, address4, address6, _, _) in Containers)
        {
            var container = await _host.RunAsync(name, address4, address6);
            await RoutedHost.UntilAsync(() => container.Reaches(Outside.Address4) && container.Reaches(Outside.Address6), seconds: 20);
            _posts[name] = new(container, _arrived);
        }

        _posts[Outside.Name] = new(_host.Neighbour, _arrived);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var post in _posts.Values)
            post.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task The_kernel_does_to_every_packet_what_the_evaluator_says()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CALICO_TEST_SEED"), CultureInfo.InvariantCulture, out var given) ? given : UsualSeed;
        var policies = new RandomPolicies(seed);
        var (flows, allowed) = (0, 0);
        for (var set = 0; set < Sets; set++)
        {
            var marker = Marker(set);
            var resources = policies.Next();
            var cluster = new ClusterPolicy([.. Fixed(), .. resources, marker]);
            _host.Want(_ => cluster.Host(Node).State);
            await UntilHeldAsync(set);

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
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {Sets} sets, {flows} flows, {allowed} allowed, no difference");
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
        return new(Kinds.GlobalNetworkPolicy, new() { Name = "marker" }, new() { Tier = "early", Order = -1, Ingress = [rule], Egress = [rule] });
    }

    private static ushort MarkerPort(int set) => (ushort)(40_000 + set);

    private async Task UntilHeldAsync(int set)
    {
        var places = Containers.Select(container => container.Name).ToList();
        for (var i = 0; i < 2_000; i++)
        {
            var ids = places.ConvertAll(place =>
            {
                var to = Containers.First(container => container.Name == place);
                _posts[Outside.Name].Send(Udp(Outside.Address4, to.Address4, MarkerPort(set)), ++_lastId);
                return _lastId;
            });
            await Task.Delay(5, TestContext.Current.CancellationToken);
            if (ids.TrueForAll(_arrived.ContainsKey))
                return;
        }

        Assert.Fail($"set {set} of the policies does not come into force: {string.Join('\n', _host.Dataplane.Problems)}");
    }

    private Packet Udp(string from, string to, ushort port) => new()
    {
        Source = IPAddress.Parse(from),
        Destination = IPAddress.Parse(to),
        Protocol = Protocol.Udp,
        SourcePort = NextSourcePort(),
        DestinationPort = port,
    };

    private IEnumerable<Flow> Flows()
    {
        var places = Containers.Select(container => (container.Name, container.Address4, container.Address6)).Append(Outside).ToList();
        foreach (var from in places)
        {
            foreach (var to in places.Where(to => to.Name != from.Name))
            {
                foreach (var (source, destination) in new[] { (from.Address4, to.Address4), (from.Address6, to.Address6) })
                {
                    var isForward = places.IndexOf(from) < places.IndexOf(to);
                    foreach (var packet in Packets(IPAddress.Parse(source), IPAddress.Parse(destination), isForward))
                        yield return new(from.Name, to.Name, packet);
                }
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

    private static IEnumerable<IResource> Fixed()
    {
        foreach (var (name, address4, address6, role, env) in Containers)
        {
            var labels = Labels.Empty.With("role", role);
            yield return new Resource<WorkloadEndpointSpec>(
                Kinds.WorkloadEndpoint,
                new() { Name = name, Namespace = "default", Labels = env is null ? labels : labels.With("env", env) },
                new()
                {
                    Node = Node,
                    InterfaceName = "cali" + name,
                    IpNetworks = [IPAddress.Parse(address4).HostPrefix, IPAddress.Parse(address6).HostPrefix],
                    Profiles = role == "b" ? ["one", "two"] : ["two"],
                    Ports = role == "c" ? [Port("alt", 8080)] : [Port("web", 80), Port("alt", 443)],
                });
        }

        yield return new Resource<NetworkSetSpec>(
            Kinds.GlobalNetworkSet,
            new() { Name = "outside", Labels = Labels.Empty.With("outside", "yes") },
            new() { Nets = [IPNetwork.Parse("192.168.26.0/24"), IPNetwork.Parse("fd26::/64")] });
    }

    private static EndpointPort Port(string name, ushort number) => new() { Name = name, Protocol = Protocol.Tcp, Port = number };

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
