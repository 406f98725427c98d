using Calico.Lab.Machines;
using Calico.Lab.Plan;

namespace Calico.Lab.Services;

/// <summary>A member of the lab's etcd cluster. Calico uses version 3 of its interface, dockerd's cluster store version 2.</summary>
internal sealed class EtcdMember(LabPlan plan) : Daemon
{
    public override string Name => "etcd";
    public override string Program => "etcd";

    protected override Task LaunchAsync(RunningMachine machine, CancellationToken cancel)
    {
        var (name, address) = (machine.Machine.Name, machine.Machine.Address);
        return machine.StartAsync(
            [
                "etcd",
                "--name", name,
                "--data-dir", "/var/lib/etcd/default",
                "--enable-v2",
                "--listen-client-urls", $"http://{address}:2379,http://127.0.0.1:2379",
                // dockerd's client turns to the addresses that are advertised here, so every host must reach them.
                "--advertise-client-urls", $"http://{address}:2379",
                "--listen-peer-urls", $"http://{address}:2380",
                "--initial-advertise-peer-urls", $"http://{address}:2380",
                "--initial-cluster", string.Join(',', plan.EtcdMembers.Select(member => $"{member.Name}=http://{member.Address}:2380")),
                "--initial-cluster-token", plan.Name,
                "--initial-cluster-state", "new",
            ],
            Log,
            cancel);
    }

    /// <summary>Ready when a write can be agreed on, which takes the greater part of the members.</summary>
    protected override async Task<bool> IsReadyAsync(RunningMachine machine, CancellationToken cancel) =>
        (await machine.RunAsync(["etcdctl", "--endpoints", "http://127.0.0.1:2379", "endpoint", "health"], cancel)).Succeeded;
}
