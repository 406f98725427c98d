using System.Diagnostics;
using System.Text.Json;
using Calico.Lab.Tools;

namespace Calico.Benchmarks.Bgp;

/// <summary>Runs a router and its peers in a network namespace made for the purpose, where nothing but loopback is.</summary>
internal sealed class RouterBench : IAsyncDisposable
{
    private readonly string _namespace = $"calico-bench-bgp-{Environment.ProcessId}";
    private readonly string _folder = Directory.CreateTempSubdirectory("calico-bench-bgp-").FullName;

    private RouterBench()
    {
    }

    public static async Task<RouterBench> MakeAsync(int peers, CancellationToken cancel)
    {
        var bench = new RouterBench();
        await Tool.MustAsync("making a namespace", ["ip", "netns", "add", bench._namespace], null, cancel);
        var addresses = string.Concat(Enumerable.Range(0, peers).Select(peer => $"address add {LoadPlan.AddressOf(peer)}/32 dev lo\n"));
        await Tool.MustAsync(
            "giving the peers their addresses", ["ip", "-n", bench._namespace, "-batch", "-"], $"link set lo up\naddress add {LoadPlan.RouterAddress}/32 dev lo\n{addresses}", cancel);
        return bench;
    }

    public async Task<LoadResult> MeasureAsync(Router router, LoadPlan plan, CancellationToken cancel)
    {
        var command = router.Prepare(plan, _folder);
        using var process = Start(command);
        try
        {
            await AwaitListenerAsync(router, process, cancel);
            var told = JsonSerializer.Serialize(plan with { Process = process.Id }, LoadJson.Default.LoadPlan);
            var output = await Tool.MustAsync(
                "loading the router", ["ip", "netns", "exec", _namespace, Environment.ProcessPath ?? throw new BenchException("this program has no path"), "bgp-load"], told, cancel);
            var result = JsonSerializer.Deserialize(output, LoadJson.Default.LoadResult) ?? throw new BenchException("no result");
            return result.Failed is null ? result : throw new BenchException($"{router.Name}: {result.Failed}");
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Tool.RunAsync(["ip", "netns", "del", _namespace], null, CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary><c>ip netns exec</c> becomes the program, so that the process is the router's own.</summary>
    private Process Start(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(Tool.Find("ip"), ["netns", "exec", _namespace, .. command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start) ?? throw new BenchException($"{command[0]} did not start");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task AwaitListenerAsync(Router router, Process process, CancellationToken cancel)
    {
        for (var tries = 0; tries < 100 && !process.HasExited; tries++)
        {
            var listening = await Tool.RunAsync(["ip", "netns", "exec", _namespace, "ss", "-Hltn"], null, cancel);
            if (listening.Output.Contains($":{LoadPlan.Port} ", StringComparison.Ordinal))
                return;
            await Task.Delay(100, cancel);
        }

        throw new BenchException($"{router.Name} does not listen: is it installed? ./dev provision does that");
    }
}
