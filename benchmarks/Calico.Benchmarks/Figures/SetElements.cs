using System.Diagnostics;
using System.Globalization;
using System.Net;
using Calico.Benchmarks.Report;
using Calico.Dataplane.Firewall;
using Calico.Lab.Tools;
using Calico.Netlink;
using Calico.Netlink.Nftables;

namespace Calico.Benchmarks.Figures;

/// <summary>Many addresses into a set of nftables: the node's way, and a program in C that does nothing else (<c>Raw/elements.c</c>).</summary>
internal sealed class SetElements : IFigure
{
    private const int Count = 100_000;
    private const double Limit = 1.5;

    public string Name => "elements";
    public string What => "100,000 elements into a set, times as long as raw netlink in C";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("calico-bench-elements-").FullName;
        var name = $"bench{Environment.ProcessId}-elements";
        using var inside = NetworkNamespace.Create(name);
        try
        {
            var program = Path.Combine(folder, "elements");
            var source = Path.Combine(Repository.Root, "benchmarks", "Calico.Benchmarks", "Raw", "elements.c");
            await Tool.MustAsync("compiling elements.c", ["cc", "-O2", "-o", program, source], input: null, cancel);
            run.Progress.Say($"adding {Count} elements, ours and raw in turn");
            using var socket = NftSocket.Open(inside);
            var kernel = new NftFirewall(socket);
            var set = Set();
            List<SetElement> elements = [.. set.Elements];
            var values = await Interleaved.MeasureAsync<double>(
                run.Rounds ?? 15, [_ => Task.FromResult(Ours(kernel, set, elements)), token => RawAsync(name, program, token)], cancel);
            var detail = $"medians {Medians.Of(values[0]):0} / {Medians.Of(values[1]):0} ms, {values[0].Count} rounds";
            return [Result.AtMost(Measure.Ratio(Name, What, Medians.Ratios(values[0], values[1]), detail), Limit)];
        }
        finally
        {
            NetworkNamespace.Delete(name);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Milliseconds; the set is empty before and after.</summary>
    private static double Ours(NftFirewall kernel, FirewallSet set, List<SetElement> elements)
    {
        Must(kernel.Apply([new FirewallStep.CreateTable(), new FirewallStep.CreateSet(set)]));
        var began = Stopwatch.GetTimestamp();
        Must(kernel.Apply([new FirewallStep.AddElements(set, elements)]));
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        Must(kernel.Apply([new FirewallStep.DeleteTable()]));
        return took;
    }

    private static async Task<double> RawAsync(string name, string program, CancellationToken cancel)
    {
        var output = await Tool.MustAsync("adding elements", ["ip", "netns", "exec", name, program, $"{Count}"], input: null, cancel);
        return double.Parse(output, CultureInfo.InvariantCulture);
    }

    private static FirewallSet Set() => new(
        "elements",
        SetKeyKind.IPv4Address,
        IsInterval: false,
        IsVerdictMap: false,
        [.. Enumerable.Range(0, Count).Select(i => SetElement.Of(new IPNetwork(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]), 32)))]);

    private static void Must(FirewallRefusal? refusal)
    {
        if (refusal is not null)
            throw new BenchException(refusal.Message);
    }
}
