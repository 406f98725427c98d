using System.Net.Sockets;
using Calico.Lab.Machines;
using Calico.Lab.Plan;
using Calico.Lab.State;

namespace Calico.Lab.Services;

/// <summary>A host's own Docker engine, in its usual places: they are the host's.</summary>
internal sealed class DockerEngine(LabPlan plan) : Daemon
{
    public override string Name => "docker";
    public override string Program => "dockerd";

    /// <summary>It answers when it has started all containers that are to be up always, which may be many.</summary>
    protected override TimeSpan StartLimit => TimeSpan.FromMinutes(5);

    protected override Task LaunchAsync(RunningMachine machine, CancellationToken cancel) => machine.StartAsync(
        [
            .. Prefix, "dockerd", .. ClusterStore,
            "--cgroup-parent", Cgroups.For(plan.Name, machine.Machine.Name),
            "--exec-opt", "native.cgroupdriver=cgroupfs",
        ],
        Log,
        cancel);

    /// <summary>Engines in roots of their own are newer ones, and since 23.0 there is no cluster store.</summary>
    private string[] ClusterStore => plan is { Datastore: Datastore.Etcd, EngineRoot: null }
        ? [$"--cluster-store=etcd://{string.Join(',', plan.EtcdMembers.Select(member => $"{member.Address}:2379"))}"]
        : [];

    private string[] Prefix => plan.EngineRoot is { } root ? ["sh", new LabFolder(plan.Name).At("engine-root.sh"), root] : [];

    /// <summary>Ready when it answers: it takes connections before that, while it brings containers back.</summary>
    protected override async Task<bool> IsReadyAsync(RunningMachine machine, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint($"{machine.Root}/run/docker.sock"), limit.Token);
            await socket.SendAsync("GET /_ping HTTP/1.0\r\n\r\n"u8.ToArray(), limit.Token);
            var answer = new byte[64];
            var length = await socket.ReceiveAsync(answer, limit.Token);
            return answer.AsSpan(0, length).IndexOf(" 200 "u8) > 0;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
