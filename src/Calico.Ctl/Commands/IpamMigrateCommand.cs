using System.CommandLine;
using Calico.Ctl.Output;
using Calico.Ipam;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ctl.Commands;

/// <summary><c>calicoctl ipam migrate</c>: empties a pool in favour of another, host by host, and removes it.</summary>
/// <remarks>
/// A running workload keeps its address for as long as it runs. So the command does what needs no restart, says what does, and is given again until nothing of the old pool is left.
/// </remarks>
internal sealed class IpamMigrateCommand(GlobalOptions globals)
{
    private readonly Argument<string> _from = new("pool") { Description = "The pool to empty, by name or prefix." };
    private readonly Option<string> _to = new("--to") { Description = "The pool that is to serve in its place, by name or prefix.", HelpName = "pool", Required = true };
    private readonly Option<bool> _plan = new("--plan") { Description = "Say what is to be done, and do nothing." };
    private readonly Option<bool> _apply = new("--apply") { Description = "Do it, as far as it can be done now; exits 1 while addresses are in use." };
    private readonly Option<string[]> _hosts = new("--host") { Description = "Only on this host; may be given several times.", HelpName = "name" };

    public static Command Build(GlobalOptions globals)
    {
        var migrate = new IpamMigrateCommand(globals);
        var command = new Command("migrate", "Empty a pool in favour of another, host by host, and remove it.") { migrate._from, migrate._to, migrate._plan, migrate._apply, migrate._hosts };
        return command.Runs(globals.Terminal, migrate.RunAsync, failure: 2);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_plan) == parsed.GetValue(_apply))
            throw new CommandException("give either --plan or --apply");

        await using var cluster = globals.Open(parsed);
        var old = await cluster.FindPoolAsync(parsed.GetRequiredValue(_from), cancellation);
        var to = await cluster.FindPoolAsync(parsed.GetRequiredValue(_to), cancellation);
        if (old.Name == to.Name)
            throw new CommandException($"a pool cannot be migrated to itself: {old}");
        if (old.Spec.Cidr.IsIPv4 != to.Spec.Cidr.IsIPv4)
            throw new CommandException($"{old} {old.Spec.Cidr} and {to} {to.Spec.Cidr} are of different families");

        var plan = await PlanAsync(cluster, old, to, cancellation);
        if (parsed.GetValue(_plan))
        {
            await WriteAsync(cluster, plan, isBegun: old.Spec.Disabled == true, cancellation);
            return 0;
        }

        if (plan.Problems.Count > 0)
            throw new CommandException($"nothing was changed, since workloads could be left without an address: {string.Join("; ", plan.Problems)}");

        return await ApplyAsync(cluster, plan, parsed.GetValue(_hosts) ?? [], cancellation);
    }

    private async Task<int> ApplyAsync(Cluster cluster, MigrationPlan plan, string[] hosts, CancellationToken cancellation)
    {
        var (output, old) = (globals.Terminal.Out, plan.From);
        if (old.Spec.Disabled != true)
        {
            (await cluster.Resources.UpdateAsync(old with { Spec = old.Spec with { Disabled = true } }, cancellation)).OrThrow();
            await output.WriteLineAsync($"Disabled IP pool {old.Name}: no new address is given out of it");
        }

        foreach (var host in plan.Hosts.Where(host => host.Host.Length > 0 && (hosts.Length == 0 || hosts.Contains(host.Host))))
        {
            var released = await cluster.Ipam.ReleaseUnservedAsync(old.Spec.Cidr, host.Host, cancellation);
            await output.WriteLineAsync($"{host.Host}: gave up {released} block(s) and {host.Reserved} address(es) in reserve; {host.InUse.Count} in use");
        }

        var left = await PlanAsync(cluster, old, plan.To, cancellation);
        if (left.Hosts.Count > 0)
        {
            await WriteAsync(cluster, left, isBegun: true, cancellation);
            return 1;
        }

        var removed = await new Removal(cluster).RemoveAsync(ResourceId.Of(old), version: null, cancellation);
        if (removed.Status != Datastore.Resources.WriteStatus.Done)
            throw new CommandException(removed.Message);

        await output.WriteLineAsync($"Successfully migrated IP pool {old.Name} to {plan.To.Name}; IP pool {old.Name} is deleted");
        return 0;
    }

    private static async Task<MigrationPlan> PlanAsync(Cluster cluster, Resource<IPPoolSpec> old, Resource<IPPoolSpec> to, CancellationToken cancellation) => MigrationPlan.Make(
        await IpamInventory.ReadAsync(cluster.Store, cluster.Resources, cancellation), (await cluster.Resources.ListAsync<NodeSpec>(Kinds.Node, cancellation)).Items, old, to);

    private async Task WriteAsync(Cluster cluster, MigrationPlan plan, bool isBegun, CancellationToken cancellation)
    {
        var endpoints = (await cluster.Resources.ListAsync<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, cancellation)).Items;
        var networks = (await cluster.Resources.ListAsync<DockerNetworkSpec>(Kinds.DockerNetwork, cancellation)).Items
            .Where(network => network.Spec.Subnets?.Any(subnet => plan.From.Spec.Cidr.Overlaps(subnet)) == true);
        await globals.Terminal.Out.WriteAsync(MigrationText.Write(plan, endpoints, [.. networks], isBegun));
    }
}
