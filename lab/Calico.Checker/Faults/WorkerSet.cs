using Calico.Lab;

namespace Calico.Checker.Faults;

/// <summary>All clients and watchers, which are killed and paused at random.</summary>
internal sealed class WorkerSet(IReadOnlyList<Worker> clients, IReadOnlyList<Worker> watchers) : IDisposable
{
    public IReadOnlyList<Worker> Clients => clients;

    public IReadOnlyList<Worker> Watchers => watchers;

    private IEnumerable<Worker> All => clients.Concat(watchers);

    public void StartAll()
    {
        foreach (var worker in All)
            worker.Start();
    }

    public void ResumeAll()
    {
        foreach (var worker in All)
            worker.Resume();
    }

    public async Task<string?> BreakAsync(Random random, CancellationToken cancel)
    {
        var worker = random.Next(4) == 0 ? watchers[random.Next(watchers.Count)] : clients[random.Next(clients.Count)];
        if (random.Next(2) == 0)
        {
            worker.Kill();
            worker.Start();
            return $"{worker.Name} killed";
        }

        var time = TimeSpan.FromMilliseconds(random.Next(100, 1500));
        worker.Pause();
        await Task.Delay(time, cancel);
        worker.Resume();
        return $"{worker.Name} paused {time.TotalSeconds:0.0} s";
    }

    /// <exception cref="LabException">One failed, or does not end.</exception>
    public static async Task EndAsync(IEnumerable<Worker> those, TimeSpan limit)
    {
        foreach (var worker in those)
        {
            var status = await worker.EndAsync(limit);
            if (status != 0)
                throw new LabException($"the checker's {worker.Name} {(status is null ? "does not end" : $"ended with status {status}")}: {worker.Said}");
        }
    }

    public void Dispose()
    {
        foreach (var worker in All)
            worker.Dispose();
    }
}
