using Calico.Benchmarks.Report;
using Calico.Checker;

namespace Calico.Benchmarks.Figures;

/// <summary>The checker, for as long as is asked for, on both stores: every promise that was broken.</summary>
internal sealed class Checked : IFigure
{
    public string Name => "checker";
    public string What => "promises of the store and of IPAM that were broken while things went wrong";

    public async Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        List<Result> results = [];
        foreach (var isEtcd in (bool[])[false, true])
        {
            var (kind, time) = (isEtcd ? "etcd, three members" : "embedded", TimeSpan.FromMinutes(run.Minutes ?? 1));
            var seed = Random.Shared.Next();
            run.Progress.Say($"checking for {time.TotalMinutes} minutes, seed {seed}: {kind}");
            var result = await CheckerRun.RunAsync(new() { IsEtcd = isEtcd, Time = time, Clients = 6, Seed = seed }, cancel);
            foreach (var fault in result.Faults.Take(20))
                run.Progress.Say(fault);
            var detail = $"{time.TotalMinutes} minutes: {result.Operations} operations, {result.Done} acknowledged, {result.Told} changes told to watchers, {result.Broken.Count} things broken on purpose ({Kinds(result.Broken)})";
            results.Add(Result.AtMost(new(Name, $"{kind}: promises broken", result.Faults.Count, $"{result.Faults.Count}", detail), 0));
        }

        return results;
    }

    /// <summary>How often which kind of thing was broken: without numbers of members and seconds they are few.</summary>
    private static string Kinds(IEnumerable<string> broken) => string.Join(
        ", ",
        broken.CountBy(what => string.Join(' ', what.Split(' ').Select(word => string.Concat(word.Where(char.IsAsciiLetter))).Where(word => word is not ("" or "s"))))
            .OrderByDescending(kind => kind.Value)
            .Select(kind => $"{kind.Key}: {kind.Value}"));
}
