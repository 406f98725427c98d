using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>Request/response and stream over several paths, interleaved.</summary>
internal sealed class Comparison
{
    /// <summary>Short: a slice and the one it is compared with then see the same load of the computer, and many of them can be taken.</summary>
    private const int PingPongMilliseconds = 60;
    private const int StreamMilliseconds = 60;

    private readonly string _figure;
    private readonly string _where;
    private readonly IReadOnlyList<TrafficPath> _paths;
    private readonly IReadOnlyList<IReadOnlyList<TrafficCost>> _pingPong;
    private readonly IReadOnlyList<IReadOnlyList<TrafficCost>> _stream;

    private Comparison((string Figure, string Where) name, IReadOnlyList<TrafficPath> paths, (IReadOnlyList<IReadOnlyList<TrafficCost>> PingPong, IReadOnlyList<IReadOnlyList<TrafficCost>> Stream) costs)
    {
        ((_figure, _where), _paths) = (name, paths);
        (_pingPong, _stream) = costs;
    }

    /// <param name="where">What is said of the paths after their names.</param>
    public static async Task<Comparison> MeasureAsync(string figure, int rounds, IReadOnlyList<TrafficPath> paths, CancellationToken cancel, string where = "")
    {
        var pingPong = await Interleaved.MeasureAsync(rounds, Things(path => token => path.PingPongAsync(PingPongMilliseconds, token)), cancel);
        var stream = await Interleaved.MeasureAsync(rounds, Things(path => token => path.StreamAsync(StreamMilliseconds, token)), cancel);
        return new Comparison((figure, where), paths, (pingPong, stream));

        IReadOnlyList<Func<CancellationToken, Task<TrafficCost>>> Things(Func<TrafficPath, Func<CancellationToken, Task<TrafficCost>>> measure) => [.. paths.Select(measure)];
    }

    /// <summary>CPU of a request/response: the other's over the one's, so that more is better.</summary>
    public Measure PingPongCpu(int one, int other) =>
        Measured("CPU per request/response", Values(_pingPong, other, cost => cost.Cpu), Values(_pingPong, one, cost => cost.Cpu), (one, other), "µs");

    /// <summary>CPU of a gigabit: the other's over the one's.</summary>
    public Measure StreamCpu(int one, int other) =>
        Measured("CPU per Gbit", Values(_stream, other, cost => cost.Cpu / 1e3), Values(_stream, one, cost => cost.Cpu / 1e3), (one, other), "ms");

    /// <summary>Throughput: the one's over the other's.</summary>
    public Measure Throughput(int one, int other) =>
        Measured("TCP throughput", Values(_stream, one, cost => cost.Rate), Values(_stream, other, cost => cost.Rate), (one, other), "Gbit/s");

    private Measure Measured(string what, IReadOnlyList<double> over, IReadOnlyList<double> under, (int One, int Other) pair, string unit)
    {
        var names = (One: _paths[pair.One].Name, Other: _paths[pair.Other].Name);
        var detail = $"medians {Medians.Of(over):0.00} / {Medians.Of(under):0.00} {unit}, {over.Count} rounds";
        return Measure.Ratio(_figure, $"{what}, {names.One} against {names.Other}{_where}", Medians.Ratios(over, under), detail);
    }

    private static IReadOnlyList<double> Values(IReadOnlyList<IReadOnlyList<TrafficCost>> costs, int path, Func<TrafficCost, double> value) => [.. costs[path].Select(value)];
}
