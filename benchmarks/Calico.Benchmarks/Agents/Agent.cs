using System.Diagnostics;
using System.Text.Json;
using Calico.Lab.Tools;

namespace Calico.Benchmarks.Agents;

/// <summary>A calico-bench that runs elsewhere, in a host or a workload, and is asked from here. It ends when this is disposed of, or this process ends.</summary>
internal sealed class Agent : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _place;

    private Agent(Process process, string place) => (_process, _place) = (process, place);

    /// <summary>This program, as it is started again in another namespace.</summary>
    private static string Program => Environment.ProcessPath ?? throw new BenchException("this program does not know its own path");

    /// <param name="enter">The command line that runs what follows it at the place.</param>
    /// <param name="place">What messages call it.</param>
    public static Agent Start(IReadOnlyList<string> enter, string place)
    {
        var start = new ProcessStartInfo(Tool.Find(enter[0]), [.. enter.Skip(1), Program, "agent"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new Agent(Process.Start(start) ?? throw new BenchException($"{enter[0]} did not start"), place);
    }

    /// <exception cref="BenchException">The agent could not do it, or is not there.</exception>
    public async Task<T> AskAsync<T>(AgentRequest request, CancellationToken cancel)
        where T : AgentAnswer
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request, AgentJson.Default.AgentRequest).AsMemory(), cancel);
            await _process.StandardInput.FlushAsync(cancel);
            var line = await _process.StandardOutput.ReadLineAsync(cancel) ?? throw new BenchException($"the agent in {_place} ended");
            return JsonSerializer.Deserialize(line, AgentJson.Default.AgentAnswer) switch
            {
                T answer => answer,
                AgentAnswer.Failed failed => throw new BenchException($"in {_place}: {failed.Why}"),
                _ => throw new BenchException($"the agent in {_place} answers another question: {line}"),
            };
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new BenchException($"the agent in {_place} is not there: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
