using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Calico.Lab.Tools;

namespace Calico.Lab.Machines;

/// <summary>Plain namespaces as workloads of a host, attached through the node's local interface.</summary>
internal sealed class Workloads(RunningMachine host)
{
    /// <summary>Makes the namespace inside the host, asks the node to attach it, and returns the workload's address.</summary>
    /// <exception cref="LabException">The node refused; nothing is left behind.</exception>
    public async Task<string> StartAsync(string workload, string network, CancellationToken cancel)
    {
        await Tool.MustAsync($"making the namespace of {workload}", host.Enter(["ip", "netns", "add", workload]), input: null, cancel);
        try
        {
            return await AttachAsync(new JsonObject { ["name"] = workload, ["namespacePath"] = $"/run/netns/{workload}", ["network"] = network }, cancel);
        }
        catch (Exception e) when (e is LabException or OperationCanceledException)
        {
            await host.RunAsync(["ip", "netns", "delete", workload], CancellationToken.None);
            throw;
        }
    }

    private async Task<string> AttachAsync(JsonObject workload, CancellationToken cancel)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = async (_, token) => await ConnectAsync(token) }) { Timeout = TimeSpan.FromSeconds(30) };
        try
        {
            using var content = JsonContent.Create(workload);
            using var answer = await client.PostAsync(new Uri("http://node/workloads"), content, cancel);
            var body = await answer.Content.ReadFromJsonAsync<JsonNode>(cancel);
            return answer.IsSuccessStatusCode
                ? $"{body?["address"]}"
                : throw new LabException($"the node on {host.Machine.Name} attaches no workload {workload["name"]}: {body?["error"]}");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw new LabException($"the node on {host.Machine.Name} does not answer as it should ({e.Message}): calico-lab start {host.Machine.Name} node", e);
        }
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint($"{host.Root}/run/calico/node.sock"), cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
