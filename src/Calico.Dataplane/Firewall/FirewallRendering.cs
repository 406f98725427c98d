using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>The whole table for a host's state.</summary>
/// <remarks>
/// Two base chains at the forward hook, because accept ends only its own: what the sending endpoint's policy lets through still meets the
/// receiving one's. Packets of known connections leave each by its first rule.
/// <code>
///  forward-from (-1)  established ─► accept;  not from cali* ─► accept;  spoofed ─► drop;  iifname vmap ─► from/GROUP;  drop
///  forward-to    (0)  established ─► accept;  not to cali*   ─► accept;                    oifname vmap ─► to/GROUP;    drop
///  input-from   (-1)  as forward-from, for what workloads send to the host itself, after their egress policy
///  from/GROUP, to/GROUP ─► jump out|in/KIND/NAME in the order of tiers, then profiles, then drop
/// </code>
/// A workload's interface that is in no map passes nothing: there is no traffic before policy.
/// </remarks>
internal sealed class FirewallRendering
{
    private const int BeforeFilter = -1;
    private const int Filter = 0;
    private const int SourceNat = 100;

    private readonly SelectedSets _selected = new();

    public FirewallTable Render(HostState host)
    {
        var families = new[] { 4, 6 }
            .Where(version => host.Endpoints.Values.Any(endpoint => endpoint.Addresses.Any(address => address.IsIPv4 == (version == 4))))
            .ToList();
        var sets = new SetRendering(host.AddressSets, _selected);
        var chains = new ChainRendering(host, new RuleRendering(sets, families));

        sets.Add(Map(TableNames.FromEndpoint, host, endpoint => chains.Group(endpoint, ingress: false)));
        sets.Add(Map(TableNames.ToEndpoint, host, endpoint => chains.Group(endpoint, ingress: true)));
        sets.Add(Sources(host, 4));
        sets.Add(Sources(host, 6));
        chains.Add(new("forward-from", new(HookPoint.Forward, BeforeFilter), From([]).ToValueList()));
        chains.Add(new("forward-to", new(HookPoint.Forward, Filter), To().ToValueList()));
        chains.Add(new("input-from", new(HookPoint.Input, BeforeFilter), From(NeighbourDiscovery()).ToValueList()));
        if (NatOutgoing(host, sets).ToValueList() is { Count: > 0 } nat)
            chains.Add(new("nat-outgoing", new(HookPoint.PostRouting, SourceNat), nat));

        _selected.Keep(host.AddressSets.Keys);
        return new(chains.Chains, sets.Sets);
    }

    private static FirewallSet Map(string name, HostState host, Func<LocalEndpoint, string> chain) => new(
        name,
        SetKeyKind.Interface,
        IsInterval: false,
        IsVerdictMap: true,
        [.. host.Endpoints.Values.Select(endpoint => SetElement.Of(SetKey.Of(endpoint.Interface), chain(endpoint)))]);

    private static FirewallSet Sources(HostState host, int version) => new(
        TableNames.Sources(version),
        version == 4 ? SetKeyKind.InterfaceAndIPv4Address : SetKeyKind.InterfaceAndIPv6Address,
        IsInterval: false,
        IsVerdictMap: false,
        [
            .. from endpoint in host.Endpoints.Values
               from address in endpoint.Addresses
               where address.IsIPv4 == (version == 4)
               select SetElement.Of(SetKey.Of(endpoint.Interface, address.BaseAddress)),
        ]);

    private static List<FirewallRule> From(IEnumerable<FirewallRule> first) =>
    [
        new(new Verdict.Accept(), [new Match.EstablishedOrRelated()]),
        new(new Verdict.Accept(), [new Match.InterfacePrefix(Direction.In, InterfaceNames.WorkloadPrefix, Negated: true)]),
        .. first,
        new(new Verdict.Drop(), [new Match.InvalidState()], "invalid", IsCounted: true),
        new(new Verdict.Drop(), [new Match.Family(4), new Match.InterfaceAndSource(4, TableNames.Sources(4), Negated: true)], "spoofed source", IsCounted: true),
        new(
            new Verdict.Drop(),
            [
                new Match.Family(6),
                new Match.Address(Side.Source, new(System.Net.IPAddress.Parse("fe80::"), 10), Negated: true),
                new Match.InterfaceAndSource(6, TableNames.Sources(6), Negated: true),
            ],
            "spoofed source",
            IsCounted: true),
        new(new Verdict.Dispatch(Direction.In, TableNames.FromEndpoint), []),
        new(new Verdict.Drop(), [], "no policy for this interface yet", IsCounted: true),
    ];

    private static List<FirewallRule> To() =>
    [
        new(new Verdict.Accept(), [new Match.EstablishedOrRelated()]),
        new(new Verdict.Accept(), [new Match.InterfacePrefix(Direction.Out, InterfaceNames.WorkloadPrefix, Negated: true)]),
        new(new Verdict.Drop(), [new Match.InvalidState()], "invalid", IsCounted: true),
        new(new Verdict.Dispatch(Direction.Out, TableNames.ToEndpoint), []),
        new(new Verdict.Drop(), [], "no policy for this interface yet", IsCounted: true),
    ];

    /// <summary>Without these a workload does not find its gateway: multicast listening, router solicitation, neighbours (as Felix allows).</summary>
    private static IEnumerable<FirewallRule> NeighbourDiscovery() =>
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
