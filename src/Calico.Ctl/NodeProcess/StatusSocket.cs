using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Calico.Model.Hosts;
using Calico.Model.Store;

namespace Calico.Ctl.NodeProcess;

/// <summary>Asks the host's calico-node, over the socket that it answers anyone on.</summary>
internal sealed class StatusSocket(string path)
{
    /// <summary>How long an answer may take that the node has at hand.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(3);

    public string Path => path;

    /// <summary>Where the node listens, unless the environment names another socket.</summary>
    public static StatusSocket OfHost() =>
        new(Environment.GetEnvironmentVariable("CALICO_NODE_SOCKET") is { Length: > 0 } other ? other : NodeStatus.SocketPath);

    /// <returns>The status, or why there is none.</returns>
    public async Task<(NodeStatus? Status, string? Problem)> AskAsync(CancellationToken cancellation) =>
        await AskAsync("/status", ModelJson.Default.NodeStatus, Usual, cancellation);

    /// <param name="question">The path to get, with its query.</param>
    /// <param name="type">Of the answer.</param>
    /// <param name="deadline">To give up after.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <returns>The answer, or why there is none.</returns>
    public async Task<(T? Answer, string? Problem)> AskAsync<T>(string question, JsonTypeInfo<T> type, TimeSpan deadline, CancellationToken cancellation)
        where T : class
    {
        if (!File.Exists(path))
            return (Answer: null, $"there is no {path}");

        using var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
        using var client = new HttpClient(handler) { Timeout = deadline };
        try
        {
            var body = await client.GetByteArrayAsync(new Uri("http://calico-node" + question), cancellation);
            return (JsonSerializer.Deserialize(body, type), Problem: null);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return (Answer: null, $"{path}: {(e.InnerException ?? e).Message}");
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
