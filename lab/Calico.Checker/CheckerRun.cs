using System.Diagnostics;
using System.Text.Json;
using Calico.Checker.Checks;
using Calico.Checker.Faults;
using Calico.Checker.Histories;
using Calico.Checker.Workers;
using Calico.Lab;

namespace Calico.Checker;

/// <summary>Lets many clients loose on a store while things go wrong at random, and judges what came of it.</summary>
public static class CheckerRun
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);
    private static int _made;

    /// <summary>Leaves nothing behind, however it ends.</summary>
    /// <exception cref="LabException">It could not be set up, or a worker failed for a reason of its own.</exception>
    public static async Task<CheckerResult> RunAsync(CheckerOptions options, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("calico-checker-").FullName;
        try
        {
            var name = $"chk{Environment.ProcessId}{(char)('a' + (Interlocked.Increment(ref _made) % 26))}";
            await using var place = options.IsEtcd ? await EtcdPlace.MakeAsync(name, folder, cancel) : (IPlace)new FilePlace(folder);
            return await RunAsync(options, place, folder, cancel);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<CheckerResult> RunAsync(CheckerOptions options, IPlace place, string folder, CancellationToken cancel)
    {
        var after = long.Parse(await OneShotAsync("prepare", Options("prepare") with { After = options.Clients }, place), System.Globalization.CultureInfo.InvariantCulture);
        using var workers = new WorkerSet(
            [.. Enumerable.Range(0, options.Clients).Select(i => Worker.OfThisProgram("client", Options($"c{i}"), place.ClientSpace))],
            [.. Enumerable.Range(0, options.Watchers).Select(i => Worker.OfThisProgram("watch", Options($"w{i}") with { After = after }, place.ClientSpace))]);
        workers.StartAll();
        var broken = await TroubleAsync(options, place, workers, cancel);
        await place.MendAsync();
        workers.ResumeAll();
        await File.WriteAllTextAsync(Path.Combine(folder, "stop"), "", CancellationToken.None);
        await WorkerSet.EndAsync(workers.Clients, EndLimit);
        await OneShotAsync("finale", Options("finale"), place);
        await WorkerSet.EndAsync(workers.Watchers, EndLimit);

        var final = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(Finale.PathIn(folder), CancellationToken.None), LineJson.Default.FinalState)
            ?? throw new LabException("the checker's last look at the store left nothing");
        var history = HistoryFile.Load(Files(workers.Clients), Files(workers.Watchers), final);
        return Result(history, broken);

        WorkerOptions Options(string name) => new() { Endpoints = place.Endpoints, Path = place.Path, Folder = folder, Name = name };

        IEnumerable<string> Files(IEnumerable<Worker> those) => those.Select(worker => Path.Combine(folder, $"{worker.Name}.jsonl"));
    }

    private static CheckerResult Result(History history, IReadOnlyList<string> broken)
    {
        var endings = history.Commits.Select(commit => commit.Ending).Concat(history.Allocations.Select(allocation => allocation.Ending)).Concat(history.Releases.Select(release => release.Ending)).ToList();
        return new(
            HistoryCheck.Run(history), endings.Count, endings.Count(ending => ending == Ending.Done), history.Watches.Sum(watch => watch.Events.Count), broken);
    }

    /// <summary>One thing after another goes wrong, with the store and with its clients alike.</summary>
    private static async Task<IReadOnlyList<string>> TroubleAsync(CheckerOptions options, IPlace place, WorkerSet workers, CancellationToken cancel)
    {
        List<string> broken = [];
        var began = Stopwatch.GetTimestamp();
        var store = LoopAsync(new Random(options.Seed), random => place.BreakAsync(random, cancel));
        await LoopAsync(new Random(options.Seed + 1), random => workers.BreakAsync(random, cancel));
        await store;
        return broken;

        async Task LoopAsync(Random random, Func<Random, Task<string?>> breakOne)
        {
            while (Stopwatch.GetElapsedTime(began) < options.Time)
            {
                await Task.Delay(random.Next(200, 1500), cancel);
                if (await breakOne(random) is not { } what)
                    continue;

                lock (broken)
                    broken.Add(what);
                options.Say(what);
            }
        }
    }

    private static async Task<string> OneShotAsync(string verb, WorkerOptions options, IPlace place)
    {
        using var worker = Worker.OfThisProgram(verb, options, place.ClientSpace);
        worker.Start();
        return await worker.EndAsync(EndLimit) == 0
            ? await File.ReadAllTextAsync(options.Output, CancellationToken.None)
            : throw new LabException($"the checker could not {verb}: {worker.Said}");
    }
}
