using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Calico.Lab.Tools;

namespace Calico.Benchmarks.Agents;

/// <summary>Commands whose duration is measured, run where the agent runs.</summary>
internal static class Commands
{
    public static async Task<AgentAnswer> TimeAsync(AgentRequest.Time request)
    {
        var began = Stopwatch.GetTimestamp();
        var result = await Tool.RunAsync(request.Command, input: null, CancellationToken.None);
        return new AgentAnswer.Timed(result.ExitStatus, Stopwatch.GetTimestamp() - began, result.Said);
    }

    public static async Task<AgentAnswer> StartContainerAsync(AgentRequest.StartContainer request)
    {
        var result = await Tool.RunAsync(request.Command, input: null, CancellationToken.None);
        var returned = Stopwatch.GetTimestamp();
        if (!result.Succeeded)
            return new AgentAnswer.Failed($"{string.Join(' ', request.Command)}: exit status {result.ExitStatus}: {result.Said}");

        var id = result.Output.Trim();
        return new AgentAnswer.ContainerStarted(id, await AddressOfAsync(id, request.Network), returned);
    }

    /// <summary>Asks the engine's socket, as the docker program does, but without the time that takes to start: it would count as the network's.</summary>
    private static async Task<string> AddressOfAsync(string container, string network)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint("/run/docker.sock"));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /containers/{container}/json HTTP/1.0\r\n\r\n"));
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync();
        var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        return JsonNode.Parse(body)?["NetworkSettings"]?["Networks"]?[network]?["IPAddress"]?.GetValue<string>() is { Length: > 0 } address
            ? address
            : throw new BenchException($"container {container} has no address on {network}");
    }
}
