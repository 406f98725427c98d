using System.Runtime.CompilerServices;
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

        using var handler = UnixConnection.Handler(path);
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

    /// <exception cref="CommandException">The node does not run here, or has no answer; the message says why.</exception>
    public async Task<byte[]> GetAsync(string what, CancellationToken cancellation)
    {
        using var handler = UnixConnection.Handler(path);
        using var client = new HttpClient(handler) { Timeout = Usual * 10 };
        try
        {
            using var response = await client.GetAsync(new Uri("http://calico-node" + what), cancellation);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadAsByteArrayAsync(cancellation)
                : throw new CommandException(await response.Content.ReadAsStringAsync(cancellation));
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new CommandException($"calico-node does not answer on {path}: {(e.InnerException ?? e).Message}; is it running? (calicoctl node status)");
        }
    }

    /// <summary>Lines as they come, to the end of the time given, or to the end.</summary>
    /// <exception cref="CommandException">The node does not run here; the message says why.</exception>
    public async IAsyncEnumerable<string> LinesAsync(string what, TimeSpan? limit, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (limit is { } time)
            end.CancelAfter(time);
        using var handler = UnixConnection.Handler(path);
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var reader = new StreamReader(await OpenAsync(client, what, end.Token));
        while (true)
        {
            string? line;
            try
            {
                line = await reader.ReadLineAsync(end.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
            {
                yield break;
            }

            if (line is null)
                yield break;
            yield return line;
        }
    }

    private async Task<Stream> OpenAsync(HttpClient client, string what, CancellationToken cancellation)
    {
        try
        {
            return await client.GetStreamAsync(new Uri("http://calico-node" + what), cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            throw new CommandException($"calico-node does not answer on {path}: {(e.InnerException ?? e).Message}; is it running? (calicoctl node status)");
        }
    }
}
