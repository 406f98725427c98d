using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Calico.Model.Hosts;

namespace Calico.Ctl.NodeProcess;

/// <summary>This host's Docker, as far as running calico-node in a container goes.</summary>
internal sealed class HostEngine(string path) : IDisposable
{
    /// <summary>Longer than the engine gives a container to end by itself.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client = new(UnixConnection.Handler(path)) { Timeout = Deadline };

    /// <summary>At its usual socket, or at the one that DOCKER_HOST names: the node can run on this host alone, so another's engine is not asked.</summary>
    /// <exception cref="CommandException">DOCKER_HOST names a socket by what is no path.</exception>
    public static HostEngine OfHost()
    {
        try
        {
            return new(EngineSocket.Of(Environment.GetEnvironmentVariable("DOCKER_HOST")));
        }
        catch (FormatException e)
        {
            throw new CommandException(e.Message);
        }
    }

    /// <summary>Whether the image is there; false also where no engine answers.</summary>
    public async Task<bool> HasImageAsync(string image, CancellationToken cancellation) => await FindAsync($"/images/{image}/json", cancellation) is not null;

    /// <returns>What the engine knows of a container; null where there is none of this name, or no engine.</returns>
    public Task<JsonNode?> FindContainerAsync(string name, CancellationToken cancellation) => FindAsync($"/containers/{name}/json", cancellation);

    /// <exception cref="CommandException">The engine refused; a container that it made is gone again.</exception>
    public async Task RunAsync(string name, JsonObject wanted, CancellationToken cancellation)
    {
        await DoAsync(HttpMethod.Post, $"/containers/create?name={name}", wanted, cancellation);
        try
        {
            await DoAsync(HttpMethod.Post, $"/containers/{name}/start", body: null, cancellation);
        }
        catch (CommandException)
        {
            await RemoveAsync(name, cancellation);
            throw;
        }
    }

    /// <summary>Asks it to end and waits until it has; it stays ended when Docker starts again.</summary>
    /// <exception cref="CommandException">The engine refused.</exception>
    public Task StopAsync(string name, CancellationToken cancellation) => DoAsync(HttpMethod.Post, $"/containers/{name}/stop?t=10", body: null, cancellation);

    /// <summary>Removes the container, whether it runs or not, if there is one.</summary>
    /// <exception cref="CommandException">The engine refused.</exception>
    public Task RemoveAsync(string name, CancellationToken cancellation) => DoAsync(HttpMethod.Delete, $"/containers/{name}?force=1", body: null, cancellation);

    /// <summary>The last lines that the container said.</summary>
    public async Task<string> LogAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return LogFrames.Text(await _client.GetByteArrayAsync(At($"/containers/{name}/logs?stdout=1&stderr=1&tail=20"), cancellation));
        }
        catch (Exception e) when (IsAway(e, cancellation))
        {
            return e.Message;
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<JsonNode?> FindAsync(string what, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _client.GetAsync(At(what), cancellation);
            return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation)) : null;
        }
        catch (Exception e) when (IsAway(e, cancellation))
        {
            return null;
        }
    }

    /// <summary>What is done already, or there no longer, is no error.</summary>
    private async Task DoAsync(HttpMethod method, string what, JsonObject? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, At(what));
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        try
        {
            using var answer = await _client.SendAsync(request, cancellation);
            if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotModified || (method == HttpMethod.Delete && answer.StatusCode == HttpStatusCode.NotFound))
                return;
            throw new CommandException($"Docker refuses: {await answer.Content.ReadAsStringAsync(cancellation)}");
        }
        catch (Exception e) when (IsAway(e, cancellation))
        {
            throw new CommandException($"Docker does not answer on {path}: {(e.InnerException ?? e).Message}");
        }
    }

    private static bool IsAway(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    private static Uri At(string what) => new("http://docker" + what);
}
