using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>The chain that gives workloads' queries for names to the host's resolver, whichever server they were sent to.</summary>
/// <remarks>
/// Nothing of the packet changes: the resolver sees who asked whom, and the workload's egress policy judges it as it was sent, at the
/// input hook. Where the resolver does not listen, the query goes its own way. A server that is a workload is left alone: its own policy
/// is to see who asks.
/// Every packet of the host passes the chain and, where packets are routed by their marks, one more look-up: there is neither where no
/// workload asks for names, and the first rule lets go what is no query.
/// </remarks>
internal static class NameCapture
{
    private const int Mangle = -150;
    private const ushort Domain = 53;

    public static bool IsNeeded(HostState host) => host.Endpoints.Values.Any(endpoint => endpoint.AsksNames);

    public static FirewallChain Chain(HostState host, ushort port, SetRendering sets) => new(
        "names", new(HookPoint.PreRouting, Mangle), Rules(host, port, sets).ToValueList());

    private static IEnumerable<FirewallRule> Rules(HostState host, ushort port, SetRendering sets)
    {
        yield return new(new Verdict.Accept(), [new Match.PortBetween(Side.Destination, Domain, Domain, Negated: true)]);
        yield return new(new Verdict.Accept(), [new Match.InterfacePrefix(Direction.In, InterfaceNames.WorkloadPrefix, Negated: true)]);
        foreach (var version in new[] { 4, 6 })
        {
            var blocks = sets.Add(SetRendering.OfNetworks(TableNames.Blocks(version), host.Blocks, version));
            foreach (var protocol in new[] { Protocol.Udp, Protocol.Tcp })
            {
                yield return new(
                    new Verdict.Capture(version, port),
                    [
                        new Match.Family(version),
                        new Match.OfProtocol(protocol),
                        new Match.PortBetween(Side.Destination, Domain, Domain),
                        new Match.AddressIn(Side.Destination, version, blocks, Negated: true),
                    ],
                    "names");
            }
        }
    }
}
