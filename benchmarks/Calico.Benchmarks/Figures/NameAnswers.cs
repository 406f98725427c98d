using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Calico.Benchmarks.Agents;
using Calico.Benchmarks.Report;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Names;

namespace Calico.Benchmarks.Figures;

/// <summary>The host's resolver with many names, asked by UDP over the loopback: how long one answer takes, and how many come of one core's time.</summary>
internal sealed class NameAnswers : IFigure
{
    private const int Names = 10_000, Questions = 20_000, Window = 32;
    private const double LimitMilliseconds = 1, FloorPerSecond = 5_000;

    public string Name => "names";
    public string What => $"answering names of containers, {Names} known";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        run.Progress.Say("answering names");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var port = FreePort();
        var server = new NameServer(Fill(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<NameServer>.Instance).RunAsync(port, end.Token);
        try
        {
            // The client is a thread of its own; its time counts as the resolver's.
            return await Task.Run(() => Measure(new IPEndPoint(IPAddress.Loopback, port)), cancel);
        }
        finally
        {
            await end.CancelAsync();
            await server.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private List<Result> Measure(IPEndPoint server)
    {
        using var client = NameQuestions.OpenClient();
        client.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var random = new Random(4711);
        NameQuestions.Ask(client, server, Any, Questions, window: Window, times: null); // warms up
        var times = new List<double>(Questions);
        NameQuestions.Ask(client, server, Any, Questions, window: 1, times);
        times.Sort();

        var (began, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        NameQuestions.Ask(client, server, Any, Questions, Window, times: null);
        var (took, used) = (Stopwatch.GetElapsedTime(began).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        var perSecond = Questions / Math.Max(took, used);
        return
        [
            Result.Below(new(Name, "one answer, median, ms", Medians.Of(times), $"{Medians.Of(times):0.000}", $"99th percentile {times[Questions * 99 / 100]:0.000}; {Questions} questions"), LimitMilliseconds),
            Result.AtLeast(new(Name, "answers a second of one core's time, the client's included", perSecond, $"{perSecond:0}", $"{Questions} in {took:0.00} s with {used:0.00} s CPU"), FloorPerSecond),
        ];

        byte[] Any() => NameQuestions.Question($"web-{random.Next(Names)}.calnet1");
    }

    private static NameDirectory Fill()
    {
        var directory = new NameDirectory();
        for (var number = 0; number <= Names; number++)
        {
            var address = number == Names ? IPAddress.Loopback : new IPAddress([10, 65, (byte)(number / 250), (byte)(1 + (number % 250))]);
            var endpoint = new Resource<WorkloadEndpointSpec>(
                Kinds.WorkloadEndpoint,
                new Metadata { Name = $"web-{number}", Namespace = "default", Labels = Labels.Empty.With(NetworkNames.NetworkLabel, "calnet1") },
                new WorkloadEndpointSpec { Node = $"host-{number % 100}", Workload = $"web-{number}", IpNetworks = [new IPNetwork(address, 32)] });
            directory.Put(ResourceId.Of(endpoint), endpoint);
        }

        return directory;
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (probe.LocalEndPoint as IPEndPoint)?.Port ?? 0;
    }
}
