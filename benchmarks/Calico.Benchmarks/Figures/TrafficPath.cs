using Calico.Benchmarks.Agents;

namespace Calico.Benchmarks.Figures;

/// <summary>A client in one namespace, a server in another, both on one core: then the CPU time that a packet takes shows, and not how long an idle core takes to wake up.</summary>
internal sealed class TrafficPath : IAsyncDisposable
{
    public const int Port = 5201;

    private static readonly int _core = Environment.ProcessorCount - 1;

    private readonly Agent _client;
    private readonly Agent _server;
    private readonly string _address;

    private TrafficPath(string name, Agent client, Agent server, string address) => (Name, _client, _server, _address) = (name, client, server, address);

    public string Name { get; }

    /// <summary>Takes over two agents and starts the server.</summary>
    /// <param name="address">Where the client finds it.</param>
    public static async Task<TrafficPath> OpenAsync(string name, (Agent Client, Agent Server) agents, string address, CancellationToken cancel)
    {
        var path = new TrafficPath(name, agents.Client, agents.Server, address);
        await agents.Server.AskAsync<AgentAnswer.Serving>(new AgentRequest.Serve(Port, _core), cancel);
        return path;
    }

    /// <summary>CPU microseconds for a request and its response, and how many went in a second.</summary>
    public async Task<TrafficCost> PingPongAsync(int milliseconds, CancellationToken cancel) =>
        await CostAsync(new AgentRequest.PingPong(_address, Port, _core, milliseconds), unit: 1, cancel);

    /// <summary>CPU microseconds for a gigabit, and how many went in a second.</summary>
    public async Task<TrafficCost> StreamAsync(int milliseconds, CancellationToken cancel) =>
        await CostAsync(new AgentRequest.Stream(_address, Port, _core, milliseconds), unit: 1e9 / 8, cancel);

    /// <summary>CPU microseconds for a connection with one exchange, and how many went in a second.</summary>
    public async Task<TrafficCost> ConnectionsAsync(int milliseconds, CancellationToken cancel) =>
        await CostAsync(new AgentRequest.Connections(_address, Port, _core, milliseconds), unit: 1, cancel);

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task<TrafficCost> CostAsync(AgentRequest request, double unit, CancellationToken cancel)
    {
        // What the kernel cannot finish in the name of the two threads it hands to a thread of its own, one a core.
        var before = SoftInterrupts.Cpu(_core);
        var exchanged = await _client.AskAsync<AgentAnswer.Exchanged>(request, cancel);
        var kernel = SoftInterrupts.Cpu(_core) - before;
        var units = exchanged.Amount / unit;
        return new TrafficCost((exchanged.ClientCpu + exchanged.ServerCpu + kernel) / 1e3 / units, units / (exchanged.Wall / 1e9));
    }
}

/// <summary>What traffic cost: CPU microseconds a unit, units a second.</summary>
internal sealed record TrafficCost(double Cpu, double Rate);
