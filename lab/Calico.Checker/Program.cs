using System.Text.Json;
using Calico.Checker;
using Calico.Checker.Histories;
using Calico.Checker.Workers;

// Workers of a run are this program again: calico-checker client|watch|prepare|finale OPTIONS. By hand: calico-checker run etcd|embedded SECONDS [SEED].
if (args is ["run", "etcd" or "embedded", var seconds, ..] && int.TryParse(seconds, out var time))
    return await RunAsync(args[1] == "etcd", time, args.Length > 3 ? int.Parse(args[3], System.Globalization.CultureInfo.InvariantCulture) : Random.Shared.Next());
if (args is not [var verb, var json] || JsonSerializer.Deserialize(json, LineJson.Default.WorkerOptions) is not { } options)
{
    await Console.Error.WriteLineAsync("calico-checker run etcd|embedded SECONDS [SEED]: many clients on a store while things go wrong; every promise that it broke is named");
    return 1;
}

switch (verb)
{
    case "client":
        using (var record = new Recorder(options.Output))
            await new Client(options, record).RunAsync();
        return 0;
    case "watch":
        using (var record = new Recorder(options.Output))
            await new Watcher(options, record).RunAsync();
        return 0;
    case "prepare":
        await File.WriteAllTextAsync(options.Output, $"{await new Finale(options).PrepareAsync((int)options.After)}");
        return 0;
    default:
        await new Finale(options).WriteAsync();
        await File.WriteAllTextAsync(options.Output, "");
        return 0;
}

static async Task<int> RunAsync(bool isEtcd, int seconds, int seed)
{
    Console.WriteLine($"seed {seed}");
    var result = await CheckerRun.RunAsync(
        new() { IsEtcd = isEtcd, Time = TimeSpan.FromSeconds(seconds), Seed = seed, Say = Console.WriteLine }, CancellationToken.None);
    Console.WriteLine($"{result.Operations} operations, {result.Done} acknowledged, {result.Told} changes told, {result.Broken.Count} things broken, {result.Faults.Count} faults");
    foreach (var fault in result.Faults.Take(50))
        Console.WriteLine(fault);
    return result.Faults.Count == 0 ? 0 : 1;
}
