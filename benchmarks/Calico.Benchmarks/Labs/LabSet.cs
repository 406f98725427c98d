using Calico.Lab;
using Calico.Lab.Tools;

namespace Calico.Benchmarks.Labs;

/// <summary>The labs of one run: each is made when a figure first needs it, and all are removed at the end.</summary>
internal sealed class LabSet(Progress progress) : IAsyncDisposable
{
    private readonly List<BenchLab> _made = [];
    private BenchLab? _docker;
    private BenchLab? _namespaces;
    private HandRoutes? _hand;

    /// <summary>Hosts with Docker engines and our node.</summary>
    public async Task<BenchLab> DockerAsync(CancellationToken cancel) =>
        _docker ??= await MakeAsync("docker", ["--engine", "docker"], Containers.CreateNetworkAsync, cancel);

    /// <summary>Hosts with our node and no engine.</summary>
    public async Task<BenchLab> NamespacesAsync(CancellationToken cancel) =>
        _namespaces ??= await MakeAsync("ours", ["--engine", "none"], (_, _) => Task.CompletedTask, cancel);

    /// <summary>The same hosts without our node, routed by hand.</summary>
    public async Task<HandRoutes> HandAsync(CancellationToken cancel) =>
        _hand ??= new HandRoutes(await MakeAsync("hand", ["--engine", "none", "--node", "manual"], (_, _) => Task.CompletedTask, cancel));

    public async ValueTask DisposeAsync()
    {
        foreach (var lab in _made)
            await RemoveAsync(lab);
    }

    private async Task<BenchLab> MakeAsync(string purpose, IReadOnlyList<string> options, Func<BenchLab, CancellationToken, Task> furnish, CancellationToken cancel)
    {
        progress.Say($"making a lab ({string.Join(' ', options)})");
        var lab = new BenchLab(BenchLab.NameFor(purpose));
        _made.Add(lab);
        await lab.UpAsync(options, cancel);
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
