using System.Text.Json.Serialization;

namespace Calico.Benchmarks.Bgp;

/// <summary>What the peers of a router do to it.</summary>
internal sealed record LoadPlan
{
    public const uint RouterAs = 65000;
    public const int Port = 1790;
    public const string RouterAddress = "10.99.0.1";

    /// <summary>Peers that announce; the prefixes are shared out among them, or with <see cref="Overlap"/> each announces all.</summary>
    public required int Feeders { get; init; }

    /// <summary>Peers that only listen.</summary>
    public int Receivers { get; init; }

    /// <summary>Feeders listen too: in a reflector every client is told of all others.</summary>
    public bool AllReceive { get; init; }

    /// <summary>Internal sessions, the router reflecting.</summary>
    public bool Internal { get; init; }

    public bool Overlap { get; init; }

    public required int Prefixes { get; init; }

    /// <summary>So many prefixes share an attribute set and an UPDATE.</summary>
    public int PerSet { get; init; } = 10;

    /// <summary>So often one more prefix is announced, and its way through timed.</summary>
    public int Singles { get; init; }

    /// <summary>So many are withdrawn at the end.</summary>
    public int Withdrawn { get; init; }

    /// <summary>For so many seconds the router is left alone, with all sessions up.</summary>
    public int IdleSeconds { get; init; }

    /// <summary>The router puts what it learns into the kernel, by a gateway on <see cref="RouterBench.Device"/>.</summary>
    public bool IntoKernel { get; init; }

    /// <summary>What the feeders say to be their next hop; null for their own address.</summary>
    public string? NextHop { get; init; }

    /// <summary>The router's process, to see what it uses.</summary>
    public int Process { get; init; }

    [JsonIgnore]
    public int Peers => Feeders + Receivers;

    public static string AddressOf(int peer) => $"10.99.{1 + peer / 250}.{1 + peer % 250}";

    public uint AsOf(int peer) => Internal ? RouterAs : peer < Feeders ? 65001u + (uint)peer : 64001u + (uint)(peer - Feeders);
}

/// <summary>What came of it.</summary>
internal sealed record LoadResult
{
    /// <summary>From the first connection to the last session that is up.</summary>
    public double SetupSeconds { get; init; }

    /// <summary>From the first UPDATE sent to the last prefix received by the last receiver.</summary>
    public double AllSeconds { get; init; }

    /// <summary>The router's CPU meanwhile, and until it was idle.</summary>
    public double CpuSeconds { get; init; }

    public double PeakMegabytes { get; init; }

    public double MegabytesBefore { get; init; }

    /// <summary>So many /24 stood in the kernel's table in the end, where the plan was that they should.</summary>
    public int KernelRoutes { get; init; }

    public double[] SingleMilliseconds { get; init; } = [];

    public double WithdrawSeconds { get; init; }

    /// <summary>Of a core, while left alone.</summary>
    public double IdleShare { get; init; }

    public string? Failed { get; init; }
}

[JsonSerializable(typeof(LoadPlan))]
[JsonSerializable(typeof(LoadResult))]
internal sealed partial class LoadJson : JsonSerializerContext;
