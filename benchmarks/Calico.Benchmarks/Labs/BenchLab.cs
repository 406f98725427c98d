using Calico.Benchmarks.Agents;
using Calico.Lab.Tools;

namespace Calico.Benchmarks.Labs;

/// <summary>A lab of two hosts, or of three, used as its users do: by running calico-lab.</summary>
internal sealed class BenchLab(string name)
{
    public const string FirstHost = "vms100";
    public const string SecondHost = "vms101";

    public const string ThirdHost = "vms102";

    /// <summary>The address of <see cref="FirstHost"/> on the LAN.</summary>
    public const string FirstAddress = "192.168.26.100";

    /// <summary>The address of <see cref="SecondHost"/> on the LAN.</summary>
    public const string SecondAddress = "192.168.26.101";

    public Task UpAsync(int hosts, IReadOnlyList<string> options, CancellationToken cancel) =>
        MustAsync("making a lab", ["up", "--name", name, "--hosts", $"{hosts}", .. options], input: null, cancel);

    /// <summary>Removes whatever there is of it.</summary>
    public Task DownAsync() => MustAsync("removing a lab", ["down", "--name", name], input: null, CancellationToken.None);

    /// <summary>Runs a command on a host that must succeed, and returns what it printed.</summary>
    public async Task<string> ExecAsync(string host, IReadOnlyList<string> command, CancellationToken cancel, string? input = null) =>
        (await MustAsync($"on {host}", ["exec", "--name", name, host, "--", .. command], input, cancel)).Trim();

    /// <summary>Kills, stops or starts a daemon of a host.</summary>
    public Task PowerAsync(string verb, string host, string daemon, CancellationToken cancel) =>
        MustAsync($"{verb} {daemon}", [verb, "--name", name, host, daemon], input: null, cancel);

    /// <summary>An agent on a host, or, with <paramref name="enter"/>, behind a command of that host that leads on: <c>nsenter -t PID -n</c>.</summary>
    public Agent StartAgent(string host, params IReadOnlyList<string> enter) =>
        Agent.Start(["calico-lab", "exec", "--name", name, host, "--", .. enter], enter.Count == 0 ? host : $"{host}, {string.Join(' ', enter)}");

    /// <summary>Starts a plain namespace as a workload of the host's node and returns its address.</summary>
    public async Task<string> RunWorkloadAsync(string host, string workload, CancellationToken cancel)
    {
        await MustAsync($"starting {workload}", ["run", "--name", name, host, workload], input: null, cancel);
        var addresses = await ExecAsync(host, ["ip", "-n", workload, "-4", "-o", "address", "show", "scope", "global"], cancel);
        return addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(word => word != "inet").Skip(1).FirstOrDefault()?.Split('/')[0]
            ?? throw new BenchException($"workload {workload} on {host} has no address: {addresses}");
    }

    /// <summary>Labs that runs of this program left behind when they were killed.</summary>
    public static async Task<IReadOnlyList<BenchLab>> LeftBehindAsync(CancellationToken cancel)
    {
        var table = await MustAsync("listing the labs", ["ls"], input: null, cancel);
        return [.. table.Split('\n').Select(line => line.Split(' ')[0]).Where(IsLeftBehind).Select(name => new BenchLab(name))];
    }

    /// <summary>A name that no other run has, and that says whose it is.</summary>
    public static string NameFor(string purpose) => $"bench{Environment.ProcessId}-{purpose}";

    private static bool IsLeftBehind(string name) =>
        name.StartsWith("bench", StringComparison.Ordinal)
        && int.TryParse(name["bench".Length..].Split('-')[0], out var process)
        && !Directory.Exists($"/proc/{process}");

    private static Task<string> MustAsync(string step, IReadOnlyList<string> arguments, string? input, CancellationToken cancel) =>
        Tool.MustAsync(step, ["calico-lab", .. arguments], input, cancel);
}
