using System.Diagnostics;
using System.Globalization;

namespace Calico.Benchmarks.Bgp;

/// <summary>Plays all peers of one router, in the namespace that it runs in.</summary>
internal static class LoadRun
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    public static async Task<LoadResult> RunAsync(LoadPlan plan)
    {
        using var end = new CancellationTokenSource(Deadline);
        var peers = Enumerable.Range(0, plan.Peers).Select(number => new LoadPeer(plan, number)).ToList();
        try
        {
            return await RunAsync(plan, peers, end.Token);
        }
        catch (Exception e) when (e is BenchException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            return new LoadResult { Failed = $"{e.Message}; received: {string.Join(' ', peers.Select(peer => peer.Count).Distinct().Order())}" };
        }
        finally
        {
            foreach (var peer in peers)
                peer.Dispose();
        }
    }

    private static async Task<LoadResult> RunAsync(LoadPlan plan, List<LoadPeer> peers, CancellationToken cancel)
    {
        var before = Memory(plan.Process, "VmRSS");
        var feeds = Enumerable.Range(0, plan.Feeders).Select(feeder => Feed.Announce(plan, feeder)).ToList();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(peers.Select(peer => peer.ConnectAsync(cancel)));
        var setup = clock.Elapsed.TotalSeconds;
        var idle = await IdleAsync(plan, cancel);

        var cpu = Cpu(plan.Process);
        clock.Restart();
        await Task.WhenAll([.. feeds.Select((feed, feeder) => peers[feeder].SendAsync(feed, cancel)), .. Listeners(plan, peers)]);
        var all = clock.Elapsed.TotalSeconds;
        cpu = await SettledCpuAsync(plan.Process, cancel) - cpu;

        return new()
        {
            SetupSeconds = setup,
            IdleShare = idle,
            AllSeconds = all,
            CpuSeconds = cpu,
            MegabytesBefore = before,
            PeakMegabytes = Memory(plan.Process, "VmHWM"),
            KernelRoutes = plan.IntoKernel ? File.ReadLines("/proc/net/route").Count(line => line.Contains("\t00FFFFFF\t", StringComparison.Ordinal)) : 0,
            SingleMilliseconds = await SinglesAsync(plan, peers, cancel),
            WithdrawSeconds = await WithdrawAsync(plan, peers, cancel),
        };
    }

    private static IEnumerable<Task> Listeners(LoadPlan plan, List<LoadPeer> peers)
    {
        foreach (var receiver in peers.Skip(plan.Feeders))
            yield return receiver.ReachAsync(plan.Prefixes);
        for (var feeder = 0; plan.AllReceive && feeder < plan.Feeders; feeder++)
        {
            var sets = (plan.Prefixes + plan.PerSet - 1) / plan.PerSet;
            var own = Enumerable.Range(0, sets).Count(set => set % plan.Feeders == feeder) * plan.PerSet;
            yield return peers[feeder].ReachAsync(plan.Prefixes - own);
        }
    }

    private static async Task<double> IdleAsync(LoadPlan plan, CancellationToken cancel)
    {
        if (plan.IdleSeconds == 0)
            return 0;

        var before = await SettledCpuAsync(plan.Process, cancel);
        await Task.Delay(TimeSpan.FromSeconds(plan.IdleSeconds), cancel);
        return (Cpu(plan.Process) - before) / plan.IdleSeconds;
    }

    private static async Task<double[]> SinglesAsync(LoadPlan plan, List<LoadPeer> peers, CancellationToken cancel)
    {
        await Task.WhenAll(peers.Skip(plan.Feeders).Select(peer => peer.PauseAsync()));
        return await Task.Factory.StartNew(() => Singles(plan, peers[0], peers[plan.Feeders..]), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <remarks>On a thread that blocks: those of the pool spin for a while before they rest, on the cores that the router is to run on.</remarks>
    private static double[] Singles(LoadPlan plan, LoadPeer feeder, List<LoadPeer> receivers)
    {
        var times = new double[plan.Singles];
        for (var i = 0; i < times.Length; i++)
        {
            var update = Feed.Announce(plan, 0, i, plan.Prefixes + i, 1);
            Thread.Sleep(20);
            var begin = Stopwatch.GetTimestamp();
            feeder.Send(update);
            foreach (var receiver in receivers)
                receiver.HearUntil(plan.Prefixes + i + 1);
            times[i] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }

        return times;
    }

    /// <remarks>After <see cref="SinglesAsync"/>: the receivers hear when they are asked to.</remarks>
    private static async Task<double> WithdrawAsync(LoadPlan plan, List<LoadPeer> peers, CancellationToken cancel)
    {
        if (plan.Withdrawn == 0)
            return 0;

        var update = Feed.Withdraw(0, plan.Withdrawn);
        var begin = Stopwatch.GetTimestamp();
        var sending = peers[0].SendAsync(update, cancel);
        foreach (var receiver in peers.Skip(plan.Feeders))
            receiver.HearUntil(plan.Prefixes + plan.Singles - plan.Withdrawn);
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        await sending;
        return seconds;
    }

    /// <summary>Once the router uses no more of it.</summary>
    private static async Task<double> SettledCpuAsync(int process, CancellationToken cancel)
    {
        for (var last = Cpu(process); ;)
        {
            await Task.Delay(300, cancel);
            var now = Cpu(process);
            if (now - last < 0.015)
                return now;
            last = now;
        }
    }

    /// <summary>Seconds of user and system time.</summary>
    private static double Cpu(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
    }

    private static double Memory(int process, string field)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
