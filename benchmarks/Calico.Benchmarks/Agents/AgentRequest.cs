using System.Text.Json.Serialization;

namespace Calico.Benchmarks.Agents;

/// <summary>What an agent is asked to do; one JSON line on its stdin.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Serve), "serve")]
[JsonDerivedType(typeof(ServeDrivers), "serve-drivers")]
[JsonDerivedType(typeof(PingPong), "pingpong")]
[JsonDerivedType(typeof(Stream), "stream")]
[JsonDerivedType(typeof(Connections), "connections")]
[JsonDerivedType(typeof(AwaitReply), "await-reply")]
[JsonDerivedType(typeof(Ping), "ping")]
[JsonDerivedType(typeof(Time), "time")]
[JsonDerivedType(typeof(StartContainer), "start-container")]
[JsonDerivedType(typeof(AskName), "ask-name")]
internal abstract record AgentRequest
{
    private AgentRequest()
    {
    }

    /// <summary>Answer TCP connections on a port, from now on, by a thread of one core.</summary>
    public sealed record Serve(int Port, int Core) : AgentRequest;

    /// <summary>Be the network drivers of Docker's that show its bounds, from now on.</summary>
    public sealed record ServeDrivers : AgentRequest;

    /// <summary>Exchange single bytes with a server.</summary>
    public sealed record PingPong(string Address, int Port, int Core, int Milliseconds) : AgentRequest;

    /// <summary>Send to a server as fast as it goes.</summary>
    public sealed record Stream(string Address, int Port, int Core, int Milliseconds) : AgentRequest;

    /// <summary>Connect, exchange a byte, close, and so on.</summary>
    public sealed record Connections(string Address, int Port, int Core, int Milliseconds) : AgentRequest;

    /// <summary>Ping without a pause until the first reply.</summary>
    public sealed record AwaitReply(string Address, int LimitMilliseconds) : AgentRequest;

    /// <summary>Ping at an even pace and count what does not come back.</summary>
    public sealed record Ping(string Address, int Count, int IntervalMilliseconds) : AgentRequest;

    /// <summary>Run a command to its end.</summary>
    public sealed record Time(IReadOnlyList<string> Command) : AgentRequest;

    /// <summary>Run a <c>docker run -d</c> and find out the container's address.</summary>
    public sealed record StartContainer(IReadOnlyList<string> Command, string Network) : AgentRequest;

    /// <summary>Ask a name server for the address of a name, so many times, one question after the other's answer.</summary>
    public sealed record AskName(string Server, string Name, int Count) : AgentRequest;
}
