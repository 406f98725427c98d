using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace Calico.Plugins.Docker.Api;

/// <summary>The API of this host's Docker engine, over its socket.</summary>
/// <remarks>
/// Paths carry no version: the engine then speaks its own, and no version is accepted by every engine from 20.10 on. While it
/// restores its containers the engine accepts connections and answers none, so every call has a limit; whoever calls from inside
/// a driver call must bring a much shorter one, for the engine may be waiting for that very call.
/// </remarks>
public sealed class DockerApi : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>A container's page does not answer while the container starts; others wait behind it.</summary>
    private static readonly TimeSpan PageTime = TimeSpan.FromSeconds(1);

    private readonly string _socket;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public DockerApi(string socket, TimeProvider time)
    {
        (_socket, _time) = (socket, time);
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false })
        {
            BaseAddress = new Uri("http://docker/"),
            Timeout = Timeout.InfiniteTimeSpan, // each call has its own
        };
    }

    internal Task<EngineFacts> FactsAsync(CancellationToken cancellation) => GetAsync("info", EngineJson.Default.EngineFacts, cancellation);

    /// <summary>With its endpoints. Null if the engine knows no such network.</summary>
    internal async Task<EngineNetwork?> FindNetworkAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return await GetAsync($"networks/{Uri.EscapeDataString(id)}", EngineJson.Default.EngineNetwork, cancellation);
        }
        catch (DockerApiException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>All networks, or those of a driver, without their endpoints.</summary>
    internal Task<EngineNetwork[]> ListNetworksAsync(string? driver, CancellationToken cancellation) => GetAsync(
        driver is null ? "networks" : $"networks?filters={Filters(("driver", [driver]))}", EngineJson.Default.EngineNetworkArray, cancellation);

    /// <summary>The container of this name, running or not.</summary>
    internal async Task<EngineContainer?> FindContainerAsync(string name, CancellationToken cancellation)
    {
        var path = $"containers/json?all=1&filters={Filters(("name", [$"^/{Regex.Escape(name)}$"]))}";
        var found = await GetAsync(path, EngineJson.Default.EngineContainerArray, cancellation);
        return Array.Find(found, container => container.Names?.Contains("/" + name) == true);
    }

    /// <summary>All containers, running or not.</summary>
    internal Task<EngineContainer[]> ListContainersAsync(CancellationToken cancellation) =>
        GetAsync("containers/json?all=1", EngineJson.Default.EngineContainerArray, cancellation);

    /// <summary>Those of these ids that there are, running or not.</summary>
    internal Task<EngineContainer[]> ListContainersAsync(IReadOnlyCollection<string> ids, CancellationToken cancellation) =>
        GetAsync($"containers/json?all=1&filters={Filters(("id", [.. ids]))}", EngineJson.Default.EngineContainerArray, cancellation);

    /// <summary>Null if it is gone, or is still starting.</summary>
    internal async Task<ContainerPage?> FindContainerPageAsync(string id, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(PageTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await GetAsync($"containers/{Uri.EscapeDataString(id)}/json", EngineJson.Default.ContainerPage, either.Token);
        }
        catch (Exception e) when (e is DockerApiException { Status: HttpStatusCode.NotFound } || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    internal async Task StartContainerAsync(string id, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"containers/{Uri.EscapeDataString(id)}/start");
        using var response = await RequestAsync(request, cancellation);
    }

    /// <returns>The network's id.</returns>
    internal async Task<string> CreateNetworkAsync(NewNetwork network, CancellationToken cancellation)
    {
        using var content = JsonContent.Create(network, EngineJson.Default.NewNetwork);
        // Docker refuses a chunked body of unknown length on some paths; this one is small.
        await content.LoadIntoBufferAsync(cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, "networks/create") { Content = content };
        return (await SendAsync(request, EngineJson.Default.NetworkCreated, cancellation)).Id;
    }

    /// <summary>Succeeds if the network is gone already.</summary>
    internal async Task DeleteNetworkAsync(string id, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"networks/{Uri.EscapeDataString(id)}");
        try
        {
            using var response = await RequestAsync(request, cancellation);
        }
        catch (DockerApiException e) when (e.Status == HttpStatusCode.NotFound)
        {
            // what was wanted
        }
    }

    /// <summary>What happens to networks and containers from now on, until the engine ends or the caller does.</summary>
    /// <param name="connected">Called when nothing that happens from then on is missed.</param>
    /// <param name="cancellation">Ends it.</param>
    internal async IAsyncEnumerable<EngineEvent> WatchAsync(Action connected, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"events?filters={Filters(("type", ["network", "container"]))}");
        using var response = await RequestAsync(request, cancellation);
        connected();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await ReadLineAsync(reader, cancellation) is { } line)
        {
            if (line.Length > 0 && JsonSerializer.Deserialize(line, EngineJson.Default.EngineEvent) is { } happened)
                yield return happened;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, type, cancellation);
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, _time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        using var response = await RequestAsync(request, cancellation);
        try
        {
            return await response.Content.ReadFromJsonAsync(type, limited.Token)
                ?? throw new DockerApiException($"Docker at {_socket} answered {request.RequestUri} with null");
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            throw new DockerApiException($"Docker at {_socket} answered {request.RequestUri} with something unreadable: {e.Message}", e);
        }
    }

    private async Task<HttpResponseMessage> RequestAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, _time);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new DockerApiException($"Docker at {_socket} cannot be reached: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new DockerApiException($"Docker at {_socket} did not answer {request.RequestUri} within {Limit.TotalSeconds} s", e);
        }

        if (response.IsSuccessStatusCode)
            return response;

        using (response)
            throw new DockerApiException(await ReadRefusalAsync(response, limited.Token), response.StatusCode);
    }

    private static async Task<string> ReadRefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation);
        try
        {
            return JsonSerializer.Deserialize(text, EngineJson.Default.EngineRefusal)?.Message ?? text;
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadLineAsync(cancellation);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new DockerApiException($"Docker at {_socket} ended its events: {e.Message}", e);
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (!File.Exists(_socket)) // the runtime's own word for it is another
                throw new IOException("there is no such socket; is the engine running?");

            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Filters(params (string Key, string[] Values)[] filters) => Uri.EscapeDataString(JsonSerializer.Serialize(
        filters.ToDictionary(filter => filter.Key, filter => filter.Values), EngineJson.Default.DictionaryStringStringArray));
}

/// <summary>The engine could not be reached, did not answer in time, or refused; the message is its own where it has one.</summary>
public sealed class DockerApiException(string message, Exception? inner = null) : Exception(message, inner)
{
    internal DockerApiException(string message, HttpStatusCode status)
        : this(message) => Status = status;

    /// <summary>Null if there was no answer.</summary>
    internal HttpStatusCode? Status { get; }
}
