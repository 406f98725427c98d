using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>The base chains by which the host's own interfaces are under policy; none where there is no host endpoint.</summary>
/// <remarks>
/// A chain a stage and direction, each: what is exempt, then the failsafe ports, then by the interface's name to its group, and by the last
/// rule to the group of the endpoint for all interfaces. What an earlier stage has accepted bears a mark and is exempt from later ones.
/// <code>
///  host-raw-in (prerouting -300), host-raw-out (output -300)   untracked policy
///  host-dnat-in (prerouting -150)                              pre-DNAT policy
///  host-forward-in, host-forward-out (forward -2, 1)           what passes through
///  host-in (input 0), host-out (output 0)                      the host's own processes
/// </code>
/// </remarks>
internal sealed class HostEndpointRendering(
    HostState host, IReadOnlyDictionary<string, IReadOnlySet<IPAddress>> interfaceAddresses, ChainRendering chains, SetRendering sets)
{
    private const string AcceptUntracked = "accept-untracked", AcceptMarked = "accept-marked";

    private static readonly FirewallRule Accepted = new(new Verdict.Accept(), [new Match.IsMarked(PacketMark.Accepted)]);
    private static readonly FirewallRule Known = new(new Verdict.Accept(), [new Match.EstablishedOrRelated()]);

    public IEnumerable<FirewallChain> Render()
    {
        if (host.HostEndpoints.Count == 0)
            return [];

        var isUntracked = host.HostEndpoints.Values.Any(endpoint => endpoint.Untracked != StagePolicy.None);
        var isEarly = host.HostEndpoints.Values.Any(endpoint => endpoint.PreDnat != StagePolicy.None);
        var forwards = host.HostEndpoints.Values.Any(endpoint => endpoint.Forward != StagePolicy.None);
        return
        [
            .. isUntracked ? Untracked() : [],
            .. isEarly ? [PreDnat()] : Array.Empty<FirewallChain>(),
            .. isUntracked || isEarly ? Ends() : [],
            .. forwards ? Forward() : [],
            .. Normal(),
        ];
    }

    private IEnumerable<FirewallChain> Untracked() =>
        from direction in new[] { Direction.In, Direction.Out }
        let isIngress = direction == Direction.In
        select Chain(
            isIngress ? "host-raw-in" : "host-raw-out",
            new(isIngress ? HookPoint.PreRouting : HookPoint.Output, -300),
            direction,
            [.. FirewallRendering.NeighbourDiscovery(), .. Failsafe(isIngress), .. Replies(isIngress)],
            endpoint => new()
            {
                IsIngress = isIngress,
                IsHost = true,
                Tiers = isIngress ? endpoint.Untracked.Ingress : endpoint.Untracked.Egress,
                Allow = new Verdict.Goto(AcceptUntracked),
                EndsTiers = false,
                CanReject = false,
            });

    private FirewallChain PreDnat() => Chain(
        "host-dnat-in",
        new(HookPoint.PreRouting, -150),
        Direction.In,
        [Known, Accepted, .. FirewallRendering.NeighbourDiscovery(), .. Failsafe(isIngress: true)],
        endpoint => new() { IsIngress = true, IsHost = true, Tiers = endpoint.PreDnat.Ingress, Allow = new Verdict.Goto(AcceptMarked), EndsTiers = false, CanReject = false });

    private static IEnumerable<FirewallChain> Ends() =>
    [
        new(AcceptUntracked, Hook: null, [new(new Verdict.NoTrack(), []), new(new Verdict.Mark(PacketMark.Accepted), []), new(new Verdict.Accept(), [])]),
        new(AcceptMarked, Hook: null, [new(new Verdict.Mark(PacketMark.Accepted), []), new(new Verdict.Accept(), [])]),
    ];

    private IEnumerable<FirewallChain> Forward() =>
        from direction in new[] { Direction.In, Direction.Out }
        let isIngress = direction == Direction.In
        select Chain(
            isIngress ? "host-forward-in" : "host-forward-out",
            new(HookPoint.Forward, isIngress ? -2 : 1),
            direction,
            [Known, Accepted],
            endpoint => new() { IsIngress = isIngress, IsHost = true, Tiers = isIngress ? endpoint.Forward.Ingress : endpoint.Forward.Egress });

    private IEnumerable<FirewallChain> Normal() =>
        from direction in new[] { Direction.In, Direction.Out }
        let isIngress = direction == Direction.In
        select Chain(
            isIngress ? "host-in" : "host-out",
            new(isIngress ? HookPoint.Input : HookPoint.Output, 0),
            direction,
            [Known, Accepted, .. FirewallRendering.NeighbourDiscovery(), .. Failsafe(isIngress)],
            endpoint => new() { IsIngress = isIngress, IsHost = true, Tiers = isIngress ? endpoint.Normal.Ingress : endpoint.Normal.Egress, Profiles = endpoint.Profiles });

    private FirewallChain Chain(string name, ChainHook hook, Direction direction, IEnumerable<FirewallRule> first, Func<LocalHostEndpoint, GroupShape> shapeOf)
    {
        var rules = new List<FirewallRule>
        {
            new(new Verdict.Accept(), [new Match.InterfacePrefix(direction, InterfaceNames.WorkloadPrefix)]),
        };
        rules.AddRange(first);
        var elements = Governed().Select(pair => SetElement.Of(SetKey.Of(pair.Interface), VerdictOf(shapeOf(pair.Endpoint))));
        rules.Add(new(
            new Verdict.Dispatch(direction, sets.Add(new(name, SetKeyKind.Interface, IsInterval: false, IsVerdictMap: true, [.. elements]))), []));
        if (LocalHostEndpoint.Governing(host.HostEndpoints.Values, interfaceName: "", new HashSet<IPAddress>()) is { } all)
            rules.Add(new(VerdictOf(shapeOf(all)), [new Match.Interface(direction, "lo", Negated: true)]));
        return new(name, hook, rules.ToValueList());
    }

    private Verdict VerdictOf(GroupShape shape) =>
        shape.Tiers.Count == 0 && shape.Profiles is null ? new Verdict.Accept() : new Verdict.Goto(chains.Group(shape));

    /// <summary>Interfaces that have an endpoint of their own, whether they are there yet or not.</summary>
    private IEnumerable<(string Interface, LocalHostEndpoint Endpoint)> Governed() =>
        from name in host.HostEndpoints.Values.Select(endpoint => endpoint.Interface).OfType<string>().Concat(interfaceAddresses.Keys).Distinct(StringComparer.Ordinal)
        where name != LocalHostEndpoint.AllInterfaces && name.Length < SetKey.InterfaceLength
        let endpoint = LocalHostEndpoint.Governing(host.HostEndpoints.Values, name, interfaceAddresses.GetValueOrDefault(name) ?? new HashSet<IPAddress>())
        where endpoint is not null && endpoint.Interface != LocalHostEndpoint.AllInterfaces
        select (name, endpoint);

    private IEnumerable<FirewallRule> Failsafe(bool isIngress) => Failsafe(
        isIngress ? host.Settings.FailsafeInbound : host.Settings.FailsafeOutbound, isIngress ? Side.Source : Side.Destination, Side.Destination);

    /// <summary>Before connection tracking a reply is a packet like any other: what comes back from a failsafe port of the other direction.</summary>
    private IEnumerable<FirewallRule> Replies(bool isIngress) => Failsafe(
        isIngress ? host.Settings.FailsafeOutbound : host.Settings.FailsafeInbound, isIngress ? Side.Source : Side.Destination, Side.Source);

    private static IEnumerable<FirewallRule> Failsafe(ValueList<FailsafePort> ports, Side peer, Side port) =>
        from failsafe in ports
        select new FirewallRule(
            new Verdict.Accept(),
            [
                .. failsafe.Net is { } net ? new Match[] { new Match.Family(net.BaseAddress.GetAddressBytes().Length == 4 ? 4 : 6), new Match.Address(peer, net) } : [],
                new Match.OfProtocol(failsafe.Protocol),
                new Match.PortBetween(port, failsafe.Port, failsafe.Port),
            ],
            "failsafe");
}
