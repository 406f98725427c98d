using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Calico.Benchmarks.Report;
using Calico.Model.Selectors;
using Calico.Model.Values;

namespace Calico.Benchmarks.Figures;

/// <summary>Selectors against the same tests written by hand in C#, over the labels of many endpoints.</summary>
internal sealed class SelectorSpeed : IFigure
{
    private const int Endpoints = 2_000, Passes = 20;
    private const double Limit = 2;

    /// <summary>Until the just-in-time compiler has made of both what it makes of what runs often.</summary>
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(1.5);

    private static readonly (string Text, Func<Labels, bool> ByHand)[] _tests =
    [
        ("role == 'web'", labels => labels.TryGetValue("role", out var role) && role == "web"),
        ("role != 'web'", labels => !labels.TryGetValue("role", out var role) || role != "web"),
        ("has(env)", labels => labels.ContainsKey("env")),
        ("!has(env)", labels => !labels.ContainsKey("env")),
        ("zone in {'a', 'c', 'e'}", labels => labels.TryGetValue("zone", out var zone) && zone is "a" or "c" or "e"),
        ("app starts with 'app1'", labels => labels.TryGetValue("app", out var app) && app.StartsWith("app1", StringComparison.Ordinal)),
        (
            "role == 'web' && zone in {'a', 'b'} && !has(untrusted)",
            labels => labels.TryGetValue("role", out var role) && role == "web" && labels.TryGetValue("zone", out var zone) && zone is "a" or "b" && !labels.ContainsKey("untrusted")),
        (
            "(role == 'db' || role == 'cache') && (env == 'prod' || app ends with '7')",
            labels => labels.TryGetValue("role", out var role) && role is "db" or "cache"
                && ((labels.TryGetValue("env", out var env) && env == "prod") || (labels.TryGetValue("app", out var app) && app.EndsWith('7')))),
    ];

    public string Name => "selectors";
    public string What => "evaluating a selector against the same test in C#, times as long";

    public Task<IReadOnlyList<Result>> MeasureAsync(Run run, CancellationToken cancel)
    {
        run.Progress.Say("evaluating selectors");
        var endpoints = Enumerable.Range(0, Endpoints).Select(LabelsOf).ToArray();
        return Task.FromResult<IReadOnlyList<Result>>([.. _tests.Select(test => Measure(test, endpoints, run.Rounds ?? 200))]);
    }

    private Result Measure((string Text, Func<Labels, bool> ByHand) test, Labels[] endpoints, int rounds)
    {
        var selector = Selector.Parse(test.Text);
        if (endpoints.Any(labels => selector.Matches(labels) != test.ByHand(labels)))
            throw new BenchException($"the test by hand is not the same as {test.Text}");

        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < _warmUp;)
            _ = (Time(endpoints, selector.Matches), Time(endpoints, test.ByHand));

        List<double> ours = [], byHand = [];
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(Time(endpoints, selector.Matches));
            byHand.Add(Time(endpoints, test.ByHand));
        }

        var ratio = Report.Measure.Ratio(
            Name, $"times as long as by hand: {test.Text}", Medians.Ratios(ours, byHand), $"medians {Medians.Of(ours):0.0} / {Medians.Of(byHand):0.0} ns, {rounds} rounds");
        return Result.AtMost(ratio, Limit);
    }

    /// <summary>Nanoseconds for one.</summary>
    /// <remarks>Compiled once and for all, so that neither of the two is made a part of it.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Time(Labels[] endpoints, Func<Labels, bool> matches)
    {
        var (began, count) = (Stopwatch.GetTimestamp(), 0);
        for (var pass = 0; pass < Passes; pass++)
            foreach (var labels in endpoints)
                count += matches(labels) ? 1 : 0;

        GC.KeepAlive(count);
        return Stopwatch.GetElapsedTime(began).TotalNanoseconds / (Passes * endpoints.Length);
    }

    private static Labels LabelsOf(int index)
    {
        string[] roles = ["web", "db", "cache", "batch"];
        var labels = Labels.Empty
            .With("app", $"app{index % 100}")
            .With("role", roles[index % roles.Length])
            .With("zone", $"{(char)('a' + (index % 5))}")
            .With("projectcalico.org/namespace", "default")
            .With("projectcalico.org/orchestrator", "libnetwork");
        labels = index % 3 == 0 ? labels.With("env", index % 2 == 0 ? "prod" : "test") : labels;
        labels = index % 7 == 0 ? labels.With("untrusted", "") : labels;
        return JsonSerializer.Deserialize<Labels>(JsonSerializer.Serialize(labels)) ?? labels; // as they come from the store
    }
}
