using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>The check of sources at the interfaces of workloads that have several of them, in place of the kernel's reverse path check.</summary>
/// <remarks>
/// Such a workload answers all by its default route, so by whichever interface that is. Its packets of known connections, which the first
/// rule lets through, may have the address of any of its interfaces, and no other; what it begins is held to the interface's own by a later rule.
/// </remarks>
internal static class Multihomed
{
    public static int Count(HostState host) => host.Endpoints.Values.Count(IsMultihomed);

    /// <summary>The chains for what workloads send, with the check before all else.</summary>
    public static IEnumerable<FirewallChain> Before(IEnumerable<FirewallChain> chains, HostState host, SetRendering sets)
    {
        var endpoints = host.Endpoints.Values.Where(IsMultihomed).OrderBy(endpoint => endpoint.Interface, StringComparer.Ordinal).ToList();
        sets.Add(new(TableNames.Replies, SetKeyKind.InterfaceAndIPv4Address, IsInterval: false, IsVerdictMap: false, [.. endpoints.SelectMany(Sources)]));
        var checks = endpoints.Select(endpoint => new FirewallRule(
            new Verdict.Drop(),
            [new Match.Interface(Direction.In, endpoint.Interface), new Match.Family(4), new Match.InterfaceAndSource(4, TableNames.Replies, Negated: true)],
            "spoofed source",
            IsCounted: true)).ToList();
        return chains.Select(chain => chain.Hook is not null ? chain with { Rules = checks.Concat(chain.Rules).ToValueList() } : chain);
    }

    private static bool IsMultihomed(LocalEndpoint endpoint) => endpoint.Siblings.Count > 0;

    private static IEnumerable<SetElement> Sources(LocalEndpoint endpoint) =>
        from address in endpoint.Addresses.Concat(endpoint.Siblings)
        where address.IsIPv4
        select SetElement.Of(SetKey.Of(endpoint.Interface, address.BaseAddress));
}
