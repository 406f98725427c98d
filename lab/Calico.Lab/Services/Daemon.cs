using System.Diagnostics;
using Calico.Lab.Machines;
using Calico.Lab.Tools;

namespace Calico.Lab.Services;

/// <summary>A program that runs on a machine of the lab until it is stopped.</summary>
public abstract class Daemon
{
    /// <summary>How long a program that was launched may take to show up among the processes.</summary>
    private static readonly TimeSpan _launchLimit = TimeSpan.FromSeconds(1);

    /// <summary>The word that commands know it by.</summary>
    public abstract string Name { get; }

    /// <summary>The name its process has.</summary>
    public abstract string Program { get; }

    /// <summary>The file inside the machine that takes what it says.</summary>
    public virtual string Log => $"/var/log/calico/{Name}.log";

    protected virtual TimeSpan StartLimit => TimeSpan.FromSeconds(30);

    /// <summary>Longer than dockerd gives its containers to end.</summary>
    protected virtual TimeSpan StopLimit => TimeSpan.FromSeconds(30);

    public IReadOnlyList<int> Processes(RunningMachine machine) => machine.Processes(Program);

    public bool IsRunning(RunningMachine machine) => Processes(machine).Count > 0;

    /// <summary>Starts it and waits until it serves. Starting what runs changes nothing.</summary>
    /// <exception cref="LabException">It ended, or does not serve in time; with its last words.</exception>
    public async Task StartAsync(RunningMachine machine, CancellationToken cancel)
    {
        if (!IsRunning(machine))
            await LaunchAsync(machine, cancel);

        var ended = false;
        var launched = Stopwatch.GetTimestamp();
        var ready = await Waiting.UntilAsync(
            async token =>
            {
                var running = IsRunning(machine);
                ended = !running && Stopwatch.GetElapsedTime(launched) > _launchLimit;
                return ended || (running && await IsReadyAsync(machine, token));
            },
            StartLimit,
            cancel);
        if (ended || !ready)
            throw new LabException($"{Name} on {machine.Machine.Name} {(ended ? "ended" : $"is not ready after {StartLimit.TotalSeconds} s")}:{await LastWordsAsync(machine, cancel)}");
    }

    /// <summary>Asks it to end and waits until it has; what does not obey is killed.</summary>
    public async Task StopAsync(RunningMachine machine, CancellationToken cancel)
    {
        foreach (var process in Processes(machine))
            Libc.Signal(process, Libc.Terminate);

        if (!await Waiting.UntilAsync(() => !IsRunning(machine), StopLimit, cancel))
            await KillAsync(machine, cancel);
    }

    /// <summary>Ends it without a word of warning, as a crash would.</summary>
    public async Task KillAsync(RunningMachine machine, CancellationToken cancel)
    {
        foreach (var process in Processes(machine))
            Libc.Signal(process, Libc.KillNow);

        await Waiting.UntilAsync(() => !IsRunning(machine), TimeSpan.FromSeconds(10), cancel);
    }

    protected abstract Task LaunchAsync(RunningMachine machine, CancellationToken cancel);

    protected abstract Task<bool> IsReadyAsync(RunningMachine machine, CancellationToken cancel);

    private async Task<string> LastWordsAsync(RunningMachine machine, CancellationToken cancel)
    {
        var tail = await machine.RunAsync(["tail", "-n", "15", Log], cancel);
        return string.Concat(tail.Said.Split('\n').Select(line => $"\n    {line}"));
    }
}
