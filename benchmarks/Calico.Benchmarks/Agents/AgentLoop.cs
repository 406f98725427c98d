using System.Net.Sockets;
using System.Text.Json;
using Calico.Benchmarks.Agents.Drivers;
using Calico.Lab;

namespace Calico.Benchmarks.Agents;

/// <summary>The agent's own side: calico-bench run in the namespace of a host or a workload, doing what it is asked, a line at a time, until its stdin ends.</summary>
internal static class AgentLoop
{
    public static async Task<int> RunAsync()
    {
        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        while (await Console.In.ReadLineAsync() is { } line)
            await output.WriteLineAsync(JsonSerializer.Serialize(await AnswerAsync(line), AgentJson.Default.AgentAnswer));

        return 0;
    }

    private static async Task<AgentAnswer> AnswerAsync(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, AgentJson.Default.AgentRequest) switch
            {
                AgentRequest.Serve serve => Serving(() => TrafficServer.Start(serve.Port, serve.Core)),
                AgentRequest.ServeDrivers => Serving(() => { EmptyDriver.Start(); ReadyDriver.Start(); }),
                AgentRequest.PingPong pingPong => TrafficClient.PingPong(pingPong),
                AgentRequest.Stream stream => TrafficClient.Stream(stream),
                AgentRequest.Connections connections => TrafficClient.Connections(connections),
                AgentRequest.AwaitReply awaitReply => Pings.AwaitReply(awaitReply),
                AgentRequest.Ping ping => Pings.Count(ping),
                AgentRequest.Time time => await Commands.TimeAsync(time),
                AgentRequest.StartContainer start => await Commands.StartContainerAsync(start),
                AgentRequest.AskName ask => NameQuestions.Ask(ask),
                _ => new AgentAnswer.Failed($"not a request: {line}"),
            };
        }
        catch (Exception e) when (e is BenchException or LabException or SocketException or JsonException)
        {
            return new AgentAnswer.Failed(e.Message);
        }
    }

    private static AgentAnswer.Serving Serving(Action start)
    {
        start();
        return new();
    }
}
