using System.Text;
using Calico.Ipam;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ctl.Output;

/// <summary>What <c>calicoctl ipam migrate</c> prints of what is to be done.</summary>
internal static class MigrationText
{
    private static readonly string[] Headings = ["HOST", "BLOCKS", "IPS IN USE", "IPS RESERVED"];

    /// <param name="plan">As things are now.</param>
    /// <param name="endpoints">All of the cluster.</param>
    /// <param name="networks">Docker networks that were made for the old pool.</param>
    /// <param name="isBegun">The old pool gives out nothing any more.</param>
    public static string Write(
        MigrationPlan plan, IReadOnlyList<Resource<WorkloadEndpointSpec>> endpoints, IReadOnlyList<Resource<DockerNetworkSpec>> networks, bool isBegun)
    {
        var holders = endpoints
            .SelectMany(endpoint => (endpoint.Spec.IpNetworks ?? []).Where(network => network.IsHost).Select(network => (network.BaseAddress, endpoint)))
            .ToLookup(pair => pair.BaseAddress, pair => pair.endpoint);
        var text = new StringBuilder($"IP pool {plan.From.Name} ({plan.From.Spec.Cidr}) to {plan.To.Name} ({plan.To.Spec.Cidr}): {plan.InUse} address(es) in use on {plan.Hosts.Count} host(s)\n");
        text.Append(BoxTable.Write(Headings, [.. plan.Hosts.Select(host => (IReadOnlyList<string>)[Name(host), $"{host.Blocks.Count}", $"{host.InUse.Count}", $"{host.Reserved}"])]));
        foreach (var host in plan.Hosts.Where(host => host.InUse.Count > 0))
        {
            text.Append($"\nTo be restarted on {Name(host)}:\n");
            foreach (var owner in host.InUse)
                text.Append($"  {owner.Address}  {Holder(owner, [.. holders[owner.Address]])}\n");
        }

        foreach (var network in networks)
            text.Append($"\nDocker network {network.Spec.NetworkName} asks for {string.Join(", ", network.Spec.Subnets ?? [])}: make it anew with --subnet={plan.To.Spec.Cidr} or with none.\n");
        foreach (var problem in plan.Problems)
            text.Append($"\nProblem: {problem}\n");

        return text.Append(plan switch
        {
            _ when !isBegun => $"\nNothing is changed yet: 'calicoctl ipam migrate {plan.From.Name} --to {plan.To.Name} --apply' begins.\n",
            { InUse: > 0 } => "\nRestart these, host by host, and give the command again with --apply; the pool is removed once nothing of it is in use.\n",
            _ => "\nGive the command again with --apply.\n",
        }).ToString();
    }

    private static string Name(HostMigration host) => host.Host.Length == 0 ? "(no host)" : host.Host;

    private static string Holder(AddressOwner owner, IReadOnlyList<Resource<WorkloadEndpointSpec>> endpoints) =>
        endpoints is [var endpoint, ..] ? $"{ResourceId.Of(endpoint)}{(endpoint.Spec.ContainerID is { Length: > 0 } id ? $", container {id}" : "")}" : owner.ToString();
}
