using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>The whole table for a host's state.</summary>
/// <remarks>
/// One base chain a hook, because each costs every packet: those of known connections leave it by its first rule. The sending endpoint's
/// chains do not accept, which would end the whole; they come back with a mark, and the receiving one's follow.
/// <code>
///  forward  (0)  established ─► accept;  from cali* ─► check-source;  iifname vmap ─► from/GROUP;  from cali*, not marked ─► drop
///                not to cali* ─► accept;                              oifname vmap ─► to/GROUP;    drop
///  input   (-1)  established ─► accept;  as forward, for what workloads send to the host itself;   marked ─► accept;  drop
///  names      (-150)  queries for names from cali* ─► the host's resolver, if it listens; they are then input
///  published  (-101)  ports of the host that lead to workloads: the destination becomes theirs before any policy sees the packet
///  from/GROUP, to/GROUP ─► jump out|in/KIND/NAME in the order of tiers, then profiles, then drop
/// </code>
/// A workload's interface that is in no map passes nothing: there is no traffic before policy. A jump is not a goto, so that the kernel, which follows
/// all ways through a table when its rules change, need not follow every receiver's chains after every sender's rule.
/// </remarks>
/// <param name="names">The port of the host's resolver, to which workloads' queries for names are given; null: they are left alone.</param>
internal sealed class FirewallRendering(ushort? names = null)
{
    private const int BeforeFilter = -1;
    private const int Filter = 0;
    private const int SourceNat = 100;

    private const string CheckSource = "check-source";

    private static readonly IReadOnlyDictionary<string, IReadOnlySet<IPAddress>> NoAddresses = new Dictionary<string, IReadOnlySet<IPAddress>>();

    private static readonly FirewallRule Established = new(new Verdict.Accept(), [new Match.EstablishedOrRelated()]);
    private static readonly FirewallRule Invalid = new(new Verdict.Drop(), [new Match.InvalidState()], "invalid", IsCounted: true);
    private static readonly Match FromWorkload = new Match.InterfacePrefix(Direction.In, InterfaceNames.WorkloadPrefix);
    private static readonly Match NotFromWorkload = new Match.InterfacePrefix(Direction.In, InterfaceNames.WorkloadPrefix, Negated: true);

    /// <summary>Chains that are the same on every host, as one object: they need not be compared.</summary>
    private static readonly FirewallChain[] Always =
    [
        new("forward", new(HookPoint.Forward, Filter), Forward().ToValueList()),
        new("input", new(HookPoint.Input, BeforeFilter), Input().ToValueList()),
        new(CheckSource, Hook: null, Sources().ToValueList()),
        new(TableNames.Allow, Hook: null, [new(new Verdict.Mark(PacketMark.Allowed), []), new(new Verdict.Return(), [])]),
    ];

    private readonly RenderCaches _caches = new();
    private LastRendering? _last;

    /// <summary>Of the last table: why packets are denied that the kernel tells of by a denial chain's name.</summary>
    public IReadOnlyDictionary<string, DenialReason> Denials { get; private set; } = new Dictionary<string, DenialReason>();

    /// <param name="host">What is wanted.</param>
    /// <param name="interfaceAddresses">Of the host's own interfaces; needed where a host endpoint is found by its addresses.</param>
    public FirewallTable Render(HostState host, IReadOnlyDictionary<string, IReadOnlySet<IPAddress>>? interfaceAddresses = null)
    {
        if (_last?.Become(host, interfaceAddresses, _caches.Selected) is { } changed)
        {
            _last = changed;
            return changed.Table;
        }

        var families = Families(host);
        var sets = new SetRendering(host, _caches.Selected);
        var chains = new ChainRendering(host, families, _caches, ChangedRules.Between(_last, host, families, _caches.Selected));
        var fixedChains = new Dictionary<string, FirewallChain>();

        sets.Add(Map(TableNames.FromEndpoint, host, endpoint => new Verdict.Jump(chains.Group(new()
        {
            IsIngress = false,
            Tiers = endpoint.Egress,
            Profiles = endpoint.Profiles,
            Allow = new Verdict.Goto(TableNames.Allow),
        }))));
        sets.Add(Map(TableNames.ToEndpoint, host, endpoint => new Verdict.Goto(chains.Group(new() { IsIngress = true, Tiers = endpoint.Ingress, Profiles = endpoint.Profiles }))));
        sets.Add(Sources(host, 4));
        sets.Add(Sources(host, 6));
        foreach (var chain in Multihomed.Count(host) > 0 ? Multihomed.Before(Always, host, sets) : Always)
            Add(chain);
        if (host.Settings.EndpointToHostAction == Model.Resources.Specs.EndpointToHostAction.Drop)
            Add(new("input-to-host", new(HookPoint.Input, Filter), ToHost(names is not null).ToValueList()));
        if (NatOutgoing(host, sets).ToValueList() is { Count: > 0 } nat)
            Add(new("nat-outgoing", new(HookPoint.PostRouting, SourceNat), nat));
        foreach (var chain in PublishedPorts.Chains(host))
            Add(chain);
        if (names is { } port && NameCapture.IsNeeded(host))
            Add(NameCapture.Chain(host, port, sets));
        foreach (var chain in new HostEndpointRendering(host, interfaceAddresses ?? NoAddresses, chains, sets).Render())
            Add(chain);

        _last = Gather(host, chains, sets, fixedChains) with { InterfaceAddresses = interfaceAddresses };
        _caches.EndRound(host, chains.Parts);
        return _last.Table;

        void Add(FirewallChain chain) => fixedChains[chain.Name] = chain;
    }

    private LastRendering Gather(HostState host, ChainRendering rendered, SetRendering fixedSets, Dictionary<string, FirewallChain> fixedChains)
    {
        var (chains, sets, denials) = (fixedChains, new Dictionary<string, FirewallSet>(fixedSets.Sets), new Dictionary<string, DenialReason>());
        var (read, contents) = (new Dictionary<string, SelectedRef>(), new Dictionary<SelectedRef, FirewallSet>());
        foreach (var part in rendered.Parts.Values)
        {
            foreach (var chain in part.Chains)
                chains[chain.Name] = chain;
            foreach (var set in part.Sets)
                sets[set.Name] = set;
            foreach (var (name, selected) in part.Selected)
                (sets[name], read[name]) = (_caches.Selected.Of(host, selected), selected);
            foreach (var (selected, content) in part.Contents)
                contents[selected] = content;
            foreach (var (name, reason) in part.Denials)
                denials[name] = reason;
        }

        Denials = denials;
        return new(host, rendered.Families, new(chains, sets), read, contents);
    }

    /// <summary>Those that any local endpoint has an address of, and both where the host's own interfaces are under policy.</summary>
    private static List<int> Families(HostState host) => [.. new[] { 4, 6 }.Where(version =>
        host.HostEndpoints.Count > 0 || host.Endpoints.Values.Any(endpoint => endpoint.Addresses.Any(address => address.IsIPv4 == (version == 4))))];

    private FirewallSet Map(string name, HostState host, Func<LocalEndpoint, Verdict> verdict) => _caches.Fixed(
        name,
        SetKeyKind.Interface,
        isVerdictMap: true,
        host.Endpoints.Values.Select(endpoint => SetElement.Of(SetKey.Of(endpoint.Interface), verdict(endpoint))));

    private FirewallSet Sources(HostState host, int version) => _caches.Fixed(
        TableNames.Sources(version),
        version == 4 ? SetKeyKind.InterfaceAndIPv4Address : SetKeyKind.InterfaceAndIPv6Address,
        isVerdictMap: false,
        from endpoint in host.Endpoints.Values
        from address in endpoint.Addresses
        where address.IsIPv4 == (version == 4)
        select SetElement.Of(SetKey.Of(endpoint.Interface, address.BaseAddress)));

    private static List<FirewallRule> Forward() =>
    [
        Established,
        new(new Verdict.Jump(CheckSource), [FromWorkload]),
        new(new Verdict.Dispatch(Direction.In, TableNames.FromEndpoint), []),
        NoPolicyYet(FromWorkload, new Match.IsMarked(PacketMark.Allowed, Negated: true)),
        new(new Verdict.Accept(), [new Match.InterfacePrefix(Direction.Out, InterfaceNames.WorkloadPrefix, Negated: true)]),
        Invalid,
        new(new Verdict.Dispatch(Direction.Out, TableNames.ToEndpoint), []),
        NoPolicyYet(),
    ];

    private static List<FirewallRule> Input() =>
    [
        Established,
        new(new Verdict.Accept(), [NotFromWorkload]),
        .. NeighbourDiscovery(),
        new(new Verdict.Jump(CheckSource), []),
        new(new Verdict.Dispatch(Direction.In, TableNames.FromEndpoint), []),
        new(new Verdict.Accept(), [new Match.IsMarked(PacketMark.Allowed)]),
        NoPolicyYet(),
    ];

    /// <summary>What a workload sends that nobody knows yet, before its policy is asked.</summary>
    private static List<FirewallRule> Sources() =>
    [
        Invalid,
        new(new Verdict.Drop(), [new Match.Family(4), new Match.InterfaceAndSource(4, TableNames.Sources(4), Negated: true)], "spoofed source", IsCounted: true),
        new(
            new Verdict.Drop(),
            [
                new Match.Family(6),
                new Match.Address(Side.Source, new(IPAddress.Parse("fe80::"), 10), Negated: true),
                new Match.InterfaceAndSource(6, TableNames.Sources(6), Negated: true),
            ],
            "spoofed source",
            IsCounted: true),
        new(new Verdict.Mark(PacketMark.Allowed, IsSet: false), []), // others may have set it: no policy has been asked
    ];

    private static FirewallRule NoPolicyYet(params ReadOnlySpan<Match> matches) => new(new Verdict.Drop(), [.. matches], "no policy for this interface yet", IsCounted: true);

    /// <summary>What a workload's egress policy let through ends here; replies to the host do not.</summary>
    private static List<FirewallRule> ToHost(bool answersNames) =>
    [
        Established,
        new(new Verdict.Accept(), [NotFromWorkload]),
        .. NeighbourDiscovery(),
        .. answersNames ? [new FirewallRule(new Verdict.Accept(), [new Match.IsMarked(PacketMark.Captured)], "the host's resolver")] : (FirewallRule[])[],
        new(new Verdict.Drop(), [], "defaultEndpointToHostAction", IsCounted: true),
    ];

    /// <summary>Without these a workload does not find its gateway: multicast listening, router solicitation, neighbours (as Felix allows).</summary>
    internal static IEnumerable<FirewallRule> NeighbourDiscovery() =>
        from type in new byte[] { 130, 131, 132, 133, 135, 136 }
        select new FirewallRule(new Verdict.Accept(), [new Match.OfProtocol(Protocol.IcmpV6), new Match.IcmpType(type, Code: null)], "neighbour discovery");

    private static IEnumerable<FirewallRule> NatOutgoing(HostState host, SetRendering sets)
    {
        foreach (var version in new[] { 4, 6 })
        {
            if (!host.NatOutgoingPools.Any(pool => pool.IsIPv4 == (version == 4)))
                continue;

            var from = sets.Add(SetRendering.OfNetworks(TableNames.NatOutgoingPools(version), host.NatOutgoingPools, version));
            var pools = sets.Add(SetRendering.OfNetworks(TableNames.Pools(version), host.Pools, version));
            yield return new(
                new Verdict.Masquerade(),
                [
                    new Match.Family(version),
                    new Match.AddressIn(Side.Source, version, from),
                    new Match.AddressIn(Side.Destination, version, pools, Negated: true),
                ],
                "natOutgoing");
        }
    }
}
