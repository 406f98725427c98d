using Calico.Benchmarks.Labs;
using Calico.Benchmarks.Report;

namespace Calico.Benchmarks.Figures;

/// <summary>Containers that are started and removed on three hosts at once: what is left of them, and what the nodes have grown by.</summary>
internal sealed class Churn : IFigure
{
    /// <summary>Of so many on each host: 504 containers in all.</summary>
    private const int Rounds = 14, Together = 12;

    /// <summary>What one container has of the host and of the store; addresses in the hosts' reserve are not in use and not counted.</summary>
    private const string Traces = """
        echo $(ip -o link | grep -c 'cali[0-9a-f]*@') links
        echo $(ip route | grep -c ' dev cali') routes
        echo $(calicoctl get workloadendpoints -o name | wc -l) endpoints
        echo $(nft list table inet calico | grep -c 'elements') sets with elements
        echo $(calicoctl ipam check | grep -c 'Found [1-9][0-9]* IPs are allocated in IPAM but not in use') kinds of leaks
        """;

    /// <summary>The node looks for what has no owner twice, half a minute apart; what goes after that has leaked.</summary>
    private const int LooksForLeftovers = 60;

    private static readonly string[] _hosts = [BenchLab.FirstHost, BenchLab.SecondHost, BenchLab.ThirdHost];

    public string Name => "churn";
    public string What => "containers started and removed on three hosts, a batch at a time: what is left, and memory";

    /// <summary>A round is a batch on each host; of the first half the memory is not judged: code is compiled and caches fill.</summary>
    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        var lab = await run.Labs.ThreeDockerAsync(cancel);
        var rounds = run.Rounds ?? Rounds;
        var before = await TracesAsync(lab, cancel);
        List<double> memory = [];
        for (var round = 0; round < rounds; round++)
        {
            run.Progress.Say($"batch {round + 1} of {rounds}");
            await Task.WhenAll(_hosts.Select(host => lab.ExecAsync(host, ["sh", "-c", Batch(round)], cancel)));
            memory.Add((await Task.WhenAll(_hosts.Select(host => ResidentAsync(lab, host, cancel)))).Max());
        }

        var containers = rounds * Together * _hosts.Length;
        var after = await TracesAsync(lab, cancel);
        for (var seconds = 0; seconds < LooksForLeftovers && after != before; seconds += 5)
        {
            await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, cancel);
            after = await TracesAsync(lab, cancel);
        }

        var (half, last) = (memory[(rounds - 1) / 2], memory[^1]);
        return
        [
            Result.AtMost(new Measure(Name, $"traces that {containers} containers left on hosts and in store", before == after ? 0 : 1, before == after ? "none" : $"{before} became {after}", before), 0),
            Result.AtMost(new Measure(Name, "memory of a node after all of them against after half of them", last / half, $"{last / half:0.000}", $"{half:0.0} and {last:0.0} MB"), 1.1),
        ];
    }

    private static string Batch(int round) => $"""
        set -e
        seq -f c{round}-%g {Together} | xargs -P 2 -I NAME docker run -d --name NAME --net={Containers.Network} --label org.projectcalico.label.round=r{round} -p 80 busybox sleep 1000000 >/dev/null
        seq -f c{round}-%g {Together} | xargs docker rm -f >/dev/null
        """;

    private static async Task<string> TracesAsync(BenchLab lab, CancellationToken cancel) =>
        string.Join("; ", await Task.WhenAll(_hosts.Select(async host => (await lab.ExecAsync(host, ["sh", "-c", Traces], cancel)).Replace('\n', ','))));

    private static async Task<double> ResidentAsync(BenchLab lab, string host, CancellationToken cancel) =>
        double.Parse(await lab.ExecAsync(host, ["sh", "-c", "grep VmRSS /proc/$(pgrep -x -n calico-node)/status | tr -dc 0-9"], cancel)) / 1024;
}
