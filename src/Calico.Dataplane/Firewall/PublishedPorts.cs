using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>The chains that lead ports of the host to workloads.</summary>
/// <remarks>
/// The source stays as it is, so policy sees the real client and the workload's own port. They come before Docker's (dstnat, -100), which
/// has none for these. What the host itself sends to its own 127.0.0.1 must leave by a workload's interface, which the kernel does only
/// where the interface has <c>route_localnet</c>; the first chain keeps workloads from using that the other way round.
/// </remarks>
internal static class PublishedPorts
{
    private const int Raw = -300, BeforeDocker = -101, SourceNat = 100;

    private static readonly IPNetwork Loopback = new(IPAddress.Parse("127.0.0.0"), 8);
    private static readonly Match FromWorkload = new Match.InterfacePrefix(Direction.In, InterfaceNames.WorkloadPrefix);
    private static readonly Match ToWorkload = new Match.InterfacePrefix(Direction.Out, InterfaceNames.WorkloadPrefix);

    public static IEnumerable<FirewallChain> Chains(HostState host)
    {
        var ports = host.Endpoints.Values
            .OrderBy(endpoint => endpoint.Id, StringComparer.Ordinal)
            .SelectMany(endpoint => endpoint.Published.SelectMany(port => endpoint.Addresses.Select(address => (endpoint.Id, Port: port, Address: address.BaseAddress))))
            .Where(published => published.Port.HostAddress is null || published.Port.HostAddress.AddressFamily == published.Address.AddressFamily)
            .ToList();
        if (ports.Count == 0)
            return [];

        var rules = ports.Select(published => Rule(published.Id, published.Port, published.Address)).ToValueList();
        return
        [
            new("loopback", new(HookPoint.PreRouting, Raw), Guard().ToValueList()),
            new("published", new(HookPoint.PreRoutingNat, BeforeDocker), rules),
            new("published-here", new(HookPoint.OutputNat, BeforeDocker), rules),
            new("published-back", new(HookPoint.PostRouting, SourceNat), Back(ports.Select(published => published.Address).Distinct()).ToValueList()),
        ];
    }

    private static FirewallRule Rule(string endpoint, PublishedPort port, IPAddress address) => new(
        new Verdict.Translate(address, port.Port),
        [
            new Match.Family(address.IsIPv4 ? 4 : 6),
            new Match.OfProtocol(port.Protocol),
            port.HostAddress is { } at && !at.Equals(IPAddress.Any) && !at.Equals(IPAddress.IPv6Any) ? new Match.Address(Side.Destination, at.HostPrefix) : new Match.ToLocalAddress(),
            new Match.PortBetween(Side.Destination, port.HostPort, port.HostPort),
        ],
        $"published by {endpoint}",
        IsCounted: true);

    private static IEnumerable<FirewallRule> Guard() =>
        from side in new[] { Side.Destination, Side.Source }
        select new FirewallRule(
            new Verdict.Drop(), [FromWorkload, new Match.Family(4), new Match.Address(side, Loopback)], "a workload and the host's loopback", IsCounted: true);

    /// <summary>What must come back through the host: what it sent from its loopback, and what a workload sent to itself by way of the host's port.</summary>
    private static IEnumerable<FirewallRule> Back(IEnumerable<IPAddress> addresses)
    {
        yield return new(new Verdict.Masquerade(), [ToWorkload, new Match.Family(4), new Match.Address(Side.Source, Loopback)], "published, from the host's loopback");
        foreach (var address in addresses)
        {
            yield return new(
                new Verdict.Masquerade(),
                [
                    ToWorkload,
                    new Match.Family(address.IsIPv4 ? 4 : 6),
                    new Match.Address(Side.Source, address.HostPrefix),
                    new Match.Address(Side.Destination, address.HostPrefix),
                ],
                "published, to oneself");
        }
    }
}
