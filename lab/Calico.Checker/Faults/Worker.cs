using System.Diagnostics;
using System.Text.Json;
using Calico.Checker.Histories;
using Calico.Checker.Workers;

namespace Calico.Checker.Faults;

/// <summary>A process that can be killed, paused and started again.</summary>
internal sealed class Worker(string name, Func<ProcessStartInfo> how) : IDisposable
{
    private Process? _process;

    public string Name => name;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>A worker of this program, in a namespace if one is named.</summary>
    public static Worker OfThisProgram(string verb, WorkerOptions options, string? space)
    {
        var json = JsonSerializer.Serialize(options, LineJson.Default.WorkerOptions);
        string[] program = ["dotnet", typeof(Worker).Assembly.Location, verb, json];
        var line = space is null ? program : ["ip", "netns", "exec", space, .. program];
        return new(options.Name, () => new ProcessStartInfo(line[0], line[1..]));
    }

    public void Start()
    {
        _process?.Dispose();
        var start = how();
        start.RedirectStandardInput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
        _process.StandardInput.Close();
        _process.ErrorDataReceived += (_, said) => Said = said.Data is { Length: > 0 } text ? text : Said;
        _process.BeginErrorReadLine();
    }

    /// <summary>The last line it wrote to standard error.</summary>
    public string Said { get; private set; } = "";

    public void Kill()
    {
        if (_process is not { HasExited: false } process)
            return;

        process.Kill();
        process.WaitForExit();
    }

    public void Pause() => Signal("STOP");

    public void Resume() => Signal("CONT");

    /// <returns>Its exit status; null if it has not ended in time.</returns>
    public async Task<int?> EndAsync(TimeSpan limit)
    {
        if (_process is not { } process)
            return null;

        using var time = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(time.Token);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        Resume();
        Kill();
        _process?.Dispose();
    }

    private void Signal(string signal)
    {
        if (_process is not { HasExited: false } process)
            return;

        using var kill = Process.Start("/bin/kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }
}
