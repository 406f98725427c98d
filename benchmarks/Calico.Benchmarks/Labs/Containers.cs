namespace Calico.Benchmarks.Labs;

/// <summary>Containers of the lab's Docker engines.</summary>
internal static class Containers
{
    public const string Network = "calnet1";

    /// <summary>Creates the network on one host and waits until the other knows it.</summary>
    public static async Task CreateNetworkAsync(BenchLab lab, CancellationToken cancel)
    {
        await lab.ExecAsync(BenchLab.FirstHost, ["docker", "network", "create", "--driver", "calico", "--ipam-driver", "calico-ipam", Network], cancel);
        await AwaitNetworkAsync(lab, BenchLab.SecondHost, cancel);
    }

    /// <summary>Waits until a host knows the network.</summary>
    public static Task AwaitNetworkAsync(BenchLab lab, string host, CancellationToken cancel) => lab.ExecAsync(
        host,
        ["sh", "-c", $"for try in $(seq 100); do docker network inspect {Network} >/dev/null 2>&1 && exit; sleep 0.1; done; echo '{Network} does not appear here'; exit 1"],
        cancel);

    /// <summary>Starts a container that only holds its namespaces, and returns the command that enters its network.</summary>
    public static async Task<IReadOnlyList<string>> HoldAsync(BenchLab lab, string host, IReadOnlyList<string> options, CancellationToken cancel)
    {
        var id = await lab.ExecAsync(host, ["docker", "run", "-d", .. options, "busybox", "sleep", "1000000"], cancel);
        var process = await lab.ExecAsync(host, ["docker", "inspect", "-f", "{{.State.Pid}}", id], cancel);
        return ["nsenter", "-t", process, "-n"];
    }

    /// <summary>The address of a container on <see cref="Network"/>.</summary>
    public static Task<string> AddressOfAsync(BenchLab lab, string host, string container, CancellationToken cancel) => AddressOfAsync(lab, host, container, Network, cancel);

    /// <summary>The address of a container on a network.</summary>
    public static Task<string> AddressOfAsync(BenchLab lab, string host, string container, string network, CancellationToken cancel) =>
        lab.ExecAsync(host, ["docker", "inspect", "-f", $"{{{{(index .NetworkSettings.Networks \"{network}\").IPAddress}}}}", container], cancel);
}
