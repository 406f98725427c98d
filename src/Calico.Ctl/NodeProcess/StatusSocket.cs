using System.Net.Sockets;
using System.Text.Json;
using Calico.Model.Hosts;
using Calico.Model.Store;

namespace Calico.Ctl.NodeProcess;

/// <summary>Asks the host's calico-node how it is, over the socket that it answers anyone on.</summary>
internal sealed class StatusSocket(string path)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    public string Path => path;

    /// <summary>Where the node listens, unless the environment names another socket.</summary>
    public static StatusSocket OfHost() =>
        new(Environment.GetEnvironmentVariable("CALICO_NODE_SOCKET") is { Length: > 0 } other ? other : NodeStatus.SocketPath);

    /// <returns>The status, or why there is none.</returns>
    public async Task<(NodeStatus? Status, string? Problem)> AskAsync(CancellationToken cancellation)
    {
        if (!File.Exists(path))
            return (Status: null, $"there is no {path}");

        using var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
        using var client = new HttpClient(handler) { Timeout = Deadline };
        try
        {
            var body = await client.GetByteArrayAsync(new Uri("http://calico-node/status"), cancellation);
            return (JsonSerializer.Deserialize(body, ModelJson.Default.NodeStatus), Problem: null);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return (Status: null, $"{path}: {(e.InnerException ?? e).Message}");
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext connection, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
