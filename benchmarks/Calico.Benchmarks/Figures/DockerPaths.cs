using Calico.Benchmarks.Agents;
using Calico.Benchmarks.Labs;

namespace Calico.Benchmarks.Figures;

/// <summary>Ways from a container on one host to a container on the other, on the same hosts and engines.</summary>
internal static class DockerPaths
{
    private const string Overlay = "bench-overlay", Macvlan = "bench-macvlan";

    public static async Task<TrafficPath> OursAsync(BenchLab lab, CancellationToken cancel) =>
        await BetweenAsync("ours", lab, Containers.Network, "bench-server", cancel);

    /// <summary>Docker's bridge and a published port: the client is masqueraded, the server translated.</summary>
    public static async Task<TrafficPath> BridgeAsync(BenchLab lab, CancellationToken cancel)
    {
        var client = await Containers.HoldAsync(lab, BenchLab.FirstHost, ["--net=bridge"], cancel);
        var server = await ServeAsync(lab, "bench-bridge-server", ["--net=bridge", "-p", $"{TrafficPath.Port}:{TrafficPath.Port}"], cancel);
        return await TrafficPath.OpenAsync("Docker's bridge", AgentsIn(lab, client, server), BenchLab.SecondAddress, cancel);
    }

    /// <summary>The overlay of Docker's swarm, VXLAN without encryption. The hosts are of a swarm from then on.</summary>
    public static async Task<TrafficPath> OverlayAsync(BenchLab lab, CancellationToken cancel)
    {
        await lab.ExecAsync(BenchLab.FirstHost, ["docker", "swarm", "init", "--advertise-addr", BenchLab.FirstAddress], cancel);
        var token = await lab.ExecAsync(BenchLab.FirstHost, ["docker", "swarm", "join-token", "-q", "worker"], cancel);
        await lab.ExecAsync(BenchLab.SecondHost, ["docker", "swarm", "join", "--token", token, $"{BenchLab.FirstAddress}:2377"], cancel);
        await lab.ExecAsync(BenchLab.FirstHost, ["docker", "network", "create", "-d", "overlay", "--attachable", Overlay], cancel);
        return await BetweenAsync("swarm's overlay", lab, Overlay, "bench-overlay-server", cancel);
    }

    /// <summary>An interface of the LAN in each container, and no host's rules on the way.</summary>
    public static async Task<TrafficPath> MacvlanAsync(BenchLab lab, CancellationToken cancel)
    {
        foreach (var (host, range) in new[] { (BenchLab.FirstHost, "192.168.26.192/28"), (BenchLab.SecondHost, "192.168.26.208/28") })
        {
            await lab.ExecAsync(
                host,
                ["docker", "network", "create", "-d", "macvlan", "-o", $"parent={Lab.Plan.Machine.LanInterface}", "--subnet", "192.168.26.0/24", "--ip-range", range, Macvlan],
                cancel);
        }

        return await BetweenAsync("macvlan", lab, Macvlan, "bench-macvlan-server", cancel);
    }

    private static async Task<TrafficPath> BetweenAsync(string name, BenchLab lab, string network, string serverName, CancellationToken cancel)
    {
        var client = await Containers.HoldAsync(lab, BenchLab.FirstHost, [$"--net={network}"], cancel);
        var server = await ServeAsync(lab, serverName, [$"--net={network}"], cancel);
        var address = await Containers.AddressOfAsync(lab, BenchLab.SecondHost, serverName, network, cancel);
        return await TrafficPath.OpenAsync(name, AgentsIn(lab, client, server), address, cancel);
    }

    /// <summary>The server of this name; one that another figure has left makes place for it.</summary>
    private static async Task<IReadOnlyList<string>> ServeAsync(BenchLab lab, string name, IReadOnlyList<string> options, CancellationToken cancel)
    {
        await lab.ExecAsync(BenchLab.SecondHost, ["sh", "-c", $"docker rm -f {name} >/dev/null 2>&1 || true"], cancel);
        return await Containers.HoldAsync(lab, BenchLab.SecondHost, [.. options, "--name", name], cancel);
    }

    private static (Agent Client, Agent Server) AgentsIn(BenchLab lab, IReadOnlyList<string> client, IReadOnlyList<string> server) =>
        (lab.StartAgent(BenchLab.FirstHost, client), lab.StartAgent(BenchLab.SecondHost, server));
}
