using System.Text.Json.Serialization;

namespace Calico.Benchmarks.Agents;

/// <summary>What an agent answers; one JSON line on its stdout. Instants and spans are nanoseconds of the computer's monotonic clock, the same in every namespace.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "did")]
[JsonDerivedType(typeof(Serving), "serving")]
[JsonDerivedType(typeof(Exchanged), "exchanged")]
[JsonDerivedType(typeof(Replied), "replied")]
[JsonDerivedType(typeof(Pinged), "pinged")]
[JsonDerivedType(typeof(Timed), "timed")]
[JsonDerivedType(typeof(ContainerStarted), "container-started")]
[JsonDerivedType(typeof(Answered), "answered")]
[JsonDerivedType(typeof(Failed), "failed")]
internal abstract record AgentAnswer
{
    private AgentAnswer()
    {
    }

    public sealed record Serving : AgentAnswer;

    /// <summary>What passed between client and server, and what it cost them.</summary>
    /// <param name="Amount">Request/response pairs, or bytes.</param>
    /// <param name="Wall">How long it took.</param>
    /// <param name="ClientCpu">CPU time of the client's thread, with the kernel's work done in it.</param>
    /// <param name="ServerCpu">CPU time of the server's thread.</param>
    public sealed record Exchanged(long Amount, long Wall, long ClientCpu, long ServerCpu) : AgentAnswer;

    /// <summary>When the first reply came.</summary>
    public sealed record Replied(long At, int Sent) : AgentAnswer;

    /// <param name="Lost">The numbers, from 0, of the requests that no reply came to.</param>
    public sealed record Pinged(int Sent, IReadOnlyList<int> Lost) : AgentAnswer;

    public sealed record Timed(int ExitStatus, long Wall, string Said) : AgentAnswer;

    /// <param name="Returned">When the command had ended.</param>
    public sealed record ContainerStarted(string Id, string Address, long Returned) : AgentAnswer;

    /// <param name="Milliseconds">Of each question until its answer.</param>
    public sealed record Answered(IReadOnlyList<double> Milliseconds) : AgentAnswer;

    public sealed record Failed(string Why) : AgentAnswer;
}
