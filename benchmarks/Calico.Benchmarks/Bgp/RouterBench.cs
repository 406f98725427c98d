using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Calico.Lab.Tools;

namespace Calico.Benchmarks.Bgp;

/// <summary>Runs a router and its peers in a network namespace made for the purpose, where nothing but loopback is.</summary>
internal sealed class RouterBench : IAsyncDisposable
{
    /// <summary>Where <see cref="Gateway"/> is.</summary>
    public const string Device = "bench0";

    public const string Gateway = "10.98.0.2";

    private readonly string _namespace = $"calico-bench-bgp-{Environment.ProcessId}";
    private readonly string _folder = Directory.CreateTempSubdirectory("calico-bench-bgp-").FullName;

    private RouterBench()
    {
    }

    public static async Task<RouterBench> MakeAsync(int peers, CancellationToken cancel)
    {
        var bench = new RouterBench();
        await Tool.MustAsync("making a namespace", ["ip", "netns", "add", bench._namespace], null, cancel);
        try
        {
            await bench.AddAddressesAsync(peers, cancel);
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    private async Task AddAddressesAsync(int peers, CancellationToken cancel)
    {
        var addresses = string.Concat(Enumerable.Range(0, peers).Select(peer => $"address add {LoadPlan.AddressOf(peer)}/32 dev lo\n"));
        await Tool.MustAsync(
            "giving the peers their addresses", ["ip", "-n", _namespace, "-batch", "-"], $"link set lo up\nlink add {Device} type veth peer name bench1\nlink set bench1 up\naddress add 10.98.0.1/16 dev {Device}\nlink set {Device} up\naddress add {LoadPlan.RouterAddress}/32 dev lo\n{addresses}", cancel);
    }

    /// <summary>Puts as many routes into the kernel's table as a program can that does nothing else, and takes them out again.</summary>
    /// <returns>Its CPU time, in seconds.</returns>
    public async Task<double> KernelAloneAsync(int routes, CancellationToken cancel)
    {
        var program = Path.Combine(_folder, "routes");
        if (!File.Exists(program))
            await Tool.MustAsync("compiling routes.c: is gcc installed?", ["gcc", "-O2", "-o", program, Path.Combine(Repository.Root, "benchmarks/Calico.Benchmarks/Bgp/routes.c")], null, cancel);
        var told = await Tool.MustAsync("writing routes", ["ip", "netns", "exec", _namespace, program, routes.ToString(CultureInfo.InvariantCulture), Device, Gateway], null, cancel);
        await Tool.MustAsync("removing routes", ["ip", "-n", _namespace, "route", "flush", "proto", "12"], null, cancel);
        return double.Parse(told, CultureInfo.InvariantCulture);
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
            if (result.Failed is null && plan.IntoKernel && result.KernelRoutes != plan.Prefixes)
                throw new BenchException($"{router.Name}: {result.KernelRoutes} routes of {plan.Prefixes} are in the kernel");
            return result.Failed is null ? result : throw new BenchException($"{router.Name}: {result.Failed}");
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            if (plan.IntoKernel)
                await Tool.RunAsync(["ip", "-n", _namespace, "route", "flush", "proto", "12"], null, CancellationToken.None); // both name themselves so
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
