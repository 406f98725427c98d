using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Calico.Plugins.Docker.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Calico.Tests.Plugins;

/// <summary>A stand-in for dockerd's API: networks, containers and events in memory.</summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();
    private readonly Lock _lock = new();
    private UnixServer _server = null!; // set by StartAsync

    public List<EngineNetwork> Networks { get; } = [new() { Name = "host", Id = "hosthosthost", Driver = "host" }];

    public List<EngineContainer> Containers { get; } = [];

    /// <summary>By id: containers that have started.</summary>
    public Dictionary<string, ContainerPage> Pages { get; } = [];

    /// <summary>Ids of containers that were asked to start.</summary>
    public List<string> Started { get; } = [];

    /// <summary>Of each time that containers were listed: by which ids; none: all.</summary>
    public List<string[]> AskedIds { get; } = [];

    public string ClusterStore { get; set; } = "";

    /// <summary>As while dockerd restores its containers: connections are accepted and requests not answered.</summary>
    public bool IsSilent { get; set; }

    /// <summary>By network: why it may not be removed.</summary>
    public Dictionary<string, string> Busy { get; } = [];

    public string Socket => _server.Socket;

    public static async Task<FakeEngine> StartAsync()
    {
        var engine = new FakeEngine();
        engine._server = await UnixServer.StartAsync(engine.Map);
        return engine;
    }

    /// <summary>A network of Calico's as a user makes it.</summary>
    public EngineNetwork AddNetwork(string name, string id, string? subnet = null)
    {
        var network = new EngineNetwork
        {
            Name = name,
            Id = id,
            Driver = "calico",
            Scope = "local",
            IPAM = new() { Driver = "calico-ipam", Config = [new() { Subnet = subnet ?? "0.0.0.0/0" }] },
            Containers = [],
        };
        lock (_lock)
            Networks.Add(network);
        Tell("""{"Type":"network","Action":"create"}""");
        return network;
    }

    public void RemoveNetwork(string name)
    {
        lock (_lock)
            Networks.RemoveAll(network => network.Name == name);
        Tell("""{"Type":"network","Action":"destroy"}""");
    }

    /// <summary>A container that starts: its endpoint is listed by the endpoint's id, as inside a Join.</summary>
    public void AddContainer(string name, string networkId, string endpointId, Dictionary<string, string>? labels = null)
    {
        lock (_lock)
        {
            Containers.Add(new() { Id = name + "-id", Names = ["/" + name], Labels = labels });
            Networks.Single(network => network.Id == networkId).Containers!["ep-" + endpointId] = new() { Name = name, EndpointID = endpointId };
        }
    }

    public void Tell(string json) => _events.Writer.TryWrite(json);

    public List<EngineNetwork> Ours()
    {
        lock (_lock)
            return [.. Networks.Where(network => network.Driver == "calico")];
    }

    public async ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        await _server.DisposeAsync();
    }

    private void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/info", context => AnswerAsync(context, new JsonObject { [nameof(ClusterStore)] = ClusterStore }));
        routes.MapGet("/networks", context => AnswerAsync(context, List()));
        routes.MapGet("/networks/{id}", (HttpContext context, string id) => FindAsync(context, id));
        routes.MapGet("/containers/json", ListContainersAsync);
        routes.MapGet("/containers/{id}/json", (HttpContext context, string id) => Pages.TryGetValue(id, out var page)
            ? AnswerAsync(context, JsonSerializer.SerializeToNode(page))
            : RefuseAsync(context, StatusCodes.Status404NotFound, $"No such container: {id}"));
        routes.MapPost("/containers/{id}/start", (HttpContext context, string id) =>
        {
            lock (_lock)
                Started.Add(id);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        routes.MapPost("/networks/create", CreateAsync);
        routes.MapDelete("/networks/{id}", (HttpContext context, string id) => DeleteAsync(context, id));
        routes.MapGet("/events", EventsAsync);
    }

    private JsonNode? List()
    {
        lock (_lock)
            return JsonSerializer.SerializeToNode(Networks.Select(network => network with { Containers = null }));
    }

    private Task ListContainersAsync(HttpContext context)
    {
        var ids = JsonSerializer.Deserialize<Dictionary<string, string[]>>(context.Request.Query["filters"].FirstOrDefault() ?? "{}")?.GetValueOrDefault("id");
        lock (_lock)
        {
            AskedIds.Add(ids ?? []);
            return AnswerAsync(context, JsonSerializer.SerializeToNode(Containers.Where(container => ids?.Contains(container.Id) != false)));
        }
    }

    private Task FindAsync(HttpContext context, string id)
    {
        JsonNode? found;
        lock (_lock)
            found = Networks.Find(network => network.Id == id) is { } network ? JsonSerializer.SerializeToNode(network) : null;
        return found is null ? RefuseAsync(context, StatusCodes.Status404NotFound, $"network {id} not found") : AnswerAsync(context, found);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var wanted = (await context.Request.ReadFromJsonAsync<NewNetwork>(context.RequestAborted))!;
        lock (_lock)
        {
            Networks.Add(new()
            {
                Name = wanted.Name,
                Id = Guid.NewGuid().ToString("N"),
                Driver = wanted.Driver,
                Scope = "local",
                EnableIPv6 = wanted.EnableIPv6,
                Attachable = wanted.Attachable,
                IPAM = wanted.IPAM,
                Options = wanted.Options?.ToDictionary(),
                Labels = wanted.Labels?.ToDictionary(),
                Containers = [],
            });
        }

        Tell("""{"Type":"network","Action":"create"}""");
        await AnswerAsync(context, new JsonObject { ["Id"] = Networks[^1].Id });
    }

    private async Task DeleteAsync(HttpContext context, string id)
    {
        var network = Networks.Find(one => one.Id == id);
        if (network is not null && Busy.TryGetValue(network.Name, out var reason))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, reason);
            return;
        }

        lock (_lock)
            Networks.RemoveAll(one => one.Id == id);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task EventsAsync(HttpContext context)
    {
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await foreach (var happened in _events.Reader.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.WriteAsync(happened + "\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private async Task AnswerAsync(HttpContext context, JsonNode? body)
    {
        if (IsSilent)
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        await context.Response.WriteAsJsonAsync(body, context.RequestAborted);
    }

    private static async Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new JsonObject { ["message"] = message }, context.RequestAborted);
    }
}
