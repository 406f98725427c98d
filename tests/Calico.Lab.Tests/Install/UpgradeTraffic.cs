using Calico.Lab.Machines;
using Calico.Lab.Plan;
using Calico.Lab.State;
using Calico.Lab.Tests.Support;
using Calico.Netlink;

namespace Calico.Lab.Tests.Install;

/// <summary>Packets from a container of vms101 to two of vms100, one of which policy closes, while something is done to vms100.</summary>
internal sealed class UpgradeTraffic : IAsyncDisposable
{
    private const string Closed = """
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {name: closed}
        spec: {selector: closed == 'yes', types: [Ingress], ingress: [{action: Deny}]}
        """;

    private readonly LabHosts _lab;
    private readonly PacketStream _open;
    private readonly PacketStream _closed;

    private UpgradeTraffic(LabHosts lab, PacketStream open, PacketStream closed) => (_lab, _open, _closed) = (lab, open, closed);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<UpgradeTraffic> StartAsync(LabHosts lab, CancellationToken cancel)
    {
        await lab.ShellAsync("vms101", "calicoctl node run -c /etc/calico/calicoctl.cfg", cancel);
        await lab.ShellAsync("vms100", $"cat <<'E' | calicoctl create -f -\n{Closed}\nE\ndocker network create --driver calico --ipam-driver calico-ipam u-net", cancel);
        await lab.EventuallyAsync("vms101", "docker network inspect u-net", TimeSpan.FromSeconds(20), cancel);
        var open = await RunAsync(lab, Machine.Host(0), "u-open", cancel);
        var closed = await RunAsync(lab, Machine.Host(0), "u-closed", cancel);
        var far = await RunAsync(lab, Machine.Host(1), "u-far", cancel);
        await lab.EventuallyAsync("vms101", $"docker exec u-far ping -c1 -W1 {open}", TimeSpan.FromSeconds(30), cancel);

        using var from = await InsideAsync(lab, Machine.Host(1), "u-far", cancel);
        using var toOpen = await InsideAsync(lab, Machine.Host(0), "u-open", cancel);
        using var toClosed = await InsideAsync(lab, Machine.Host(0), "u-closed", cancel);
        return new(lab, new(from, far, toOpen, open), new(from, far, toClosed, closed));
    }

    /// <summary>All that were sent to the open one came back, also after it was done, and none of those to the other.</summary>
    public async Task WasUntouchedAsync()
    {
        await _lab.EventuallyAsync("vms101", "calicoctl node status | grep Established", TimeSpan.FromSeconds(30), Cancel);
        var (lost, sent) = await _open.StopAsync();
        Assert.True(lost.Count == 0, $"lost {lost.Count} of {sent}: {string.Join(' ', lost.Take(20))}");
        Assert.InRange(sent, 100, int.MaxValue);
        Assert.Equal(0, _closed.Answered);
    }

    public async ValueTask DisposeAsync()
    {
        _open.Dispose();
        _closed.Dispose();
        await _lab.ShellAsync("vms101", "docker rm -f u-far; calicoctl node stop", CancellationToken.None);
        await _lab.ShellAsync("vms100", "docker rm -f u-open u-closed; docker network rm u-net", CancellationToken.None);
    }

    /// <returns>The container's address.</returns>
    private static Task<string> RunAsync(LabHosts lab, Machine host, string name, CancellationToken cancel) => lab.ShellAsync(
        host.Name,
        $"docker run -d --name {name} --net u-net --label org.projectcalico.label.closed={(name == "u-closed" ? "yes" : "no")} busybox sleep 1000 >/dev/null && docker inspect -f '{{{{ (index .NetworkSettings.Networks \"u-net\").IPAddress }}}}' {name}",
        cancel);

    private static async Task<NetworkNamespace> InsideAsync(LabHosts lab, Machine host, string name, CancellationToken cancel)
    {
        var process = await lab.ShellAsync(host.Name, $"docker inspect -f '{{{{.State.Pid}}}}' {name}", cancel);
        return NetworkNamespace.OpenPath($"{RunningMachine.Get(new LabFolder(lab.Name), host).Root}/proc/{process}/ns/net");
    }
}
