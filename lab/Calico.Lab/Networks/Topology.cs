using Calico.Lab.Plan;
using Calico.Lab.Tools;

namespace Calico.Lab.Networks;

/// <summary>The lab's wires: a switch with a bridge, a cable from it to each machine on the LAN, and one from the router to its client.</summary>
internal sealed class Topology(LabPlan plan)
{
    private const string ClientPort = "lan10";

    /// <summary>Makes the machine's namespace and plugs it in.</summary>
    public async Task AddAsync(Machine machine, CancellationToken cancel)
    {
        await NetworkNamespaces.AddAsync(plan.NamespaceOf(machine), cancel);
        await InAsync(machine, ["link set lo up"], cancel);
        switch (machine.Role)
        {
            case MachineRole.Switch:
                await AddSwitchAsync(machine, cancel);
                break;
            case MachineRole.Client:
                await AddClientAsync(machine, cancel);
                break;
            default:
                await PlugInAsync(machine, cancel);
                break;
        }
    }

    /// <summary>Removes the machine's namespace, and its cables with it.</summary>
    public async Task RemoveAsync(Machine machine, CancellationToken cancel)
    {
        await NetworkNamespaces.DeleteAsync(plan.NamespaceOf(machine), cancel);
        if (!machine.IsOnLan || !NetworkNamespaces.Exists(plan.NamespaceOf(Machine.Switch)))
            return;

        // The kernel takes down a namespace some time after its name has gone; the port must be free for the next cable now.
        await Tool.RunAsync(["ip", "-n", plan.NamespaceOf(Machine.Switch), "link", "delete", machine.Name], input: null, cancel);
    }

    private async Task AddSwitchAsync(Machine machine, CancellationToken cancel)
    {
        await InAsync(machine, ["link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0", "link set br0 up"], cancel);
        if (!plan.Tor)
            await InAsync(machine, [$"address add {Machine.LanGateway}/24 dev br0"], cancel);
    }

    private async Task PlugInAsync(Machine machine, CancellationToken cancel)
    {
        await InAsync(
            Machine.Switch,
            [
                $"link add {machine.Name} type veth peer name {Machine.LanInterface} address {machine.HardwareAddress} netns {plan.NamespaceOf(machine)}",
                $"link set {machine.Name} master br0 up",
            ],
            cancel);
        string[] gateway = machine.Gateway is null ? [] : [$"route add default via {machine.Gateway}"];
        await InAsync(machine, [$"address add {machine.Address}/24 dev {Machine.LanInterface}", $"link set {Machine.LanInterface} up", .. gateway], cancel);
    }

    private async Task AddClientAsync(Machine machine, CancellationToken cancel)
    {
        await InAsync(
            Machine.Router,
            [
                $"link add {ClientPort} type veth peer name eth0 address {machine.HardwareAddress} netns {plan.NamespaceOf(machine)}",
                $"address add {Machine.ClientGateway}/24 dev {ClientPort}",
                $"link set {ClientPort} up",
            ],
            cancel);
        await InAsync(machine, [$"address add {machine.Address}/24 dev eth0", "link set eth0 up", $"route add default via {machine.Gateway}"], cancel);
    }

    /// <summary>Lines for <c>ip -batch</c> in the machine's namespace.</summary>
    private Task<string> InAsync(Machine machine, string[] lines, CancellationToken cancel) =>
        Tool.MustAsync($"wiring {machine.Name}", ["ip", "-n", plan.NamespaceOf(machine), "-batch", "-"], string.Join('\n', lines) + "\n", cancel);
}
