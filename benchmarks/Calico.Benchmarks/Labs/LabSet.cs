using Calico.Lab;
using Calico.Lab.Tools;

namespace Calico.Benchmarks.Labs;

/// <summary>The labs of one run: each is made when a figure first needs it, and all are removed at the end.</summary>
internal sealed class LabSet(Progress progress) : IAsyncDisposable
{
    private readonly List<BenchLab> _made = [];
    private readonly Dictionary<string, BenchLab> _otherEngines = [];
    private BenchLab? _docker;
    private BenchLab? _namespaces;
    private BenchLab? _namespacesWithNat;
    private HandRoutes? _hand;
    private HandRoutes? _handWithNat;

    /// <summary>Hosts with Docker engines and our node.</summary>
    public async Task<BenchLab> DockerAsync(CancellationToken cancel) =>
        _docker ??= await MakeAsync("docker", ["--engine", "docker"], Containers.CreateNetworkAsync, cancel);

    /// <summary>The same with engines from another root file system, as <c>calico-lab up --engine-root</c> takes them.</summary>
    public async Task<BenchLab> DockerAsync(string engineRoot, CancellationToken cancel) =>
        _otherEngines.TryGetValue(engineRoot, out var made)
            ? made
            : _otherEngines[engineRoot] = await MakeAsync($"docker-{Path.GetFileName(engineRoot)}", ["--engine-root", engineRoot], Containers.CreateNetworkAsync, cancel);

    /// <summary>Three hosts with Docker engines and our node, for one figure alone.</summary>
    public Task<BenchLab> ThreeDockerAsync(CancellationToken cancel) => MakeAsync(
        "three",
        hosts: 3,
        ["--engine", "docker"],
        async (lab, token) =>
        {
            await Containers.CreateNetworkAsync(lab, token);
            await Containers.AwaitNetworkAsync(lab, BenchLab.ThirdHost, token);
        },
        cancel);

    /// <summary>Hosts with our node and no engine; the pool is without <c>natOutgoing</c>.</summary>
    public async Task<BenchLab> NamespacesAsync(CancellationToken cancel) =>
        _namespaces ??= await MakeAsync("ours", ["--engine", "none"], WithoutNatAsync, cancel);

    /// <summary>The same with the default pool, whose workloads are masqueraded when they leave.</summary>
    public async Task<BenchLab> NamespacesWithNatAsync(CancellationToken cancel) =>
        _namespacesWithNat ??= await MakeAsync("ours-nat", ["--engine", "none"], NothingAsync, cancel);

    /// <summary>The same hosts without our node, routed by hand.</summary>
    public async Task<HandRoutes> HandAsync(CancellationToken cancel) => _hand ??= new(await MakeByHandAsync("hand", cancel), masquerade: false);

    /// <summary>The same with a masquerade of what leaves the workloads' addresses.</summary>
    public async Task<HandRoutes> HandWithNatAsync(CancellationToken cancel) => _handWithNat ??= new(await MakeByHandAsync("hand-nat", cancel), masquerade: true);

    public async ValueTask DisposeAsync()
    {
        foreach (var lab in _made)
            await RemoveAsync(lab);
    }

    private Task<BenchLab> MakeByHandAsync(string purpose, CancellationToken cancel) =>
        MakeAsync(purpose, ["--engine", "none", "--node", "manual"], NothingAsync, cancel);

    private static Task NothingAsync(BenchLab lab, CancellationToken cancel) => Task.CompletedTask;

    private static Task WithoutNatAsync(BenchLab lab, CancellationToken cancel) =>
        lab.ExecAsync(BenchLab.FirstHost, ["calicoctl", "patch", "ippool", "default-ipv4-ippool", "-p", """{"spec":{"natOutgoing":false}}"""], cancel);

    private Task<BenchLab> MakeAsync(string purpose, IReadOnlyList<string> options, Func<BenchLab, CancellationToken, Task> furnish, CancellationToken cancel) =>
        MakeAsync(purpose, hosts: 2, options, furnish, cancel);

    private async Task<BenchLab> MakeAsync(
        string purpose, int hosts, IReadOnlyList<string> options, Func<BenchLab, CancellationToken, Task> furnish, CancellationToken cancel)
    {
        progress.Say($"making a lab ({string.Join(' ', options)})");
        var lab = new BenchLab(BenchLab.NameFor(purpose));
        _made.Add(lab);
        await lab.UpAsync(hosts, options, cancel);
        await furnish(lab, cancel);
        return lab;
    }

    private async Task RemoveAsync(BenchLab lab)
    {
        try
        {
            await lab.DownAsync();
        }
        catch (LabException e) when (e.Message.Contains("there is no lab", StringComparison.Ordinal))
        {
            // It never came up, and calico-lab has removed what there was.
        }
        catch (LabException e)
        {
            progress.Say(e.Message);
        }
    }
}
