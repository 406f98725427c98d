using System.Net;
using Calico.Bgp.Attributes;
using Calico.Bgp.Routes;
using FsCheck;
using FsCheck.Fluent;

namespace Calico.Tests.Bgp;

/// <summary>RFC 4271 §9.1.2.2, a step a case: the first of two paths is better, whichever came first.</summary>
public sealed class DecisionProcessTests
{
    private static readonly PathAttributes Plain = new() { Origin = Origin.Igp, AsPath = Path(65001), NextHop = IPAddress.Parse("10.0.0.1") };

    private static readonly RibPath Ordinary = From("10.0.0.5", Plain);

    public static TheoryData<string> Steps => [.. Better.Keys];

    private static Dictionary<string, (RibPath Better, RibPath Worse, bool Multipath)> Better => new()
    {
        ["our own before learned"] = (new(RouteSource.Local, Plain, Plain), From("10.0.0.1", Plain with { LocalPreference = 900 }), false),
        ["higher LOCAL_PREF"] = (From("10.0.0.9", Plain with { LocalPreference = 101, AsPath = Path(65001, 1, 2) }), Ordinary, false),
        ["no LOCAL_PREF is 100"] = (Ordinary, From("10.0.0.1", Plain with { LocalPreference = 99 }), false),
        ["shorter AS_PATH"] = (From("10.0.0.9", Plain), From("10.0.0.1", Plain with { AsPath = Path(65001, 7) }), false),
        ["lower ORIGIN"] = (From("10.0.0.9", Plain), From("10.0.0.1", Plain with { Origin = Origin.Incomplete }), false),
        ["lower MED of the same neighbour"] = (From("10.0.0.9", Plain), From("10.0.0.1", Plain with { MultiExitDiscriminator = 5 }), false),
        ["external before internal"] = (From("10.0.0.9", Plain), From("10.0.0.1", Plain, isInternal: true), false),
        ["nearer next hop"] = (From("10.0.0.9", Plain), From("10.0.0.1", Plain with { NextHop = IPAddress.Parse("10.0.0.100") }), false),
        ["lower identifier"] = (From("10.0.0.5", Plain), From("10.0.0.50", Plain), true),
        ["lower originator, not the reflector's identifier"] =
            (From("10.0.0.9", Plain with { OriginatorId = IPAddress.Parse("10.0.0.2") }), From("10.0.0.3", Plain), true),
        ["shorter CLUSTER_LIST"] =
            (From("10.0.0.5", Plain with { ClusterList = [1] }), From("10.0.0.5", Plain with { ClusterList = [1, 2] }), true),
        ["a path that can be used"] = (Ordinary, From("10.0.0.1", Plain) with { Usable = null }, false),
        ["a next hop that can be reached"] = (Ordinary, From("10.0.0.1", Plain with { NextHop = IPAddress.Parse("203.0.113.1") }), false),
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void The_better_path_wins_in_either_order(string step)
    {
        var (better, worse, multipath) = Better[step];
        foreach (var order in new RibPath[][] { [better, worse], [worse, better] })
        {
            var (best, all) = DecisionProcess.Choose(order, Metric);
            Assert.True(best.Is(better));
            Assert.Equal(multipath ? [better.Source, worse.Source] : null, all?.Select(path => path.Source));
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void The_step_that_decided_is_named(string step)
    {
        var (better, worse, multipath) = Better[step];
        var steps = new DecisionStep[2];

        Assert.Equal(1, DecisionProcess.Judge([worse, better], Metric, steps));
        Assert.Equal(multipath, steps[0] == DecisionStep.Multipath);
        Assert.NotNull(steps[0].Describe());
        Assert.Null(steps[1].Describe());
    }

    [Fact]
    public void MED_does_not_compare_between_neighbours_in_different_AS() => Assert.Equal(
        2,
        DecisionProcess.Choose([From("10.0.0.5", Plain with { MultiExitDiscriminator = 9 }), From("10.0.0.6", Plain with { AsPath = Path(65002) })], Metric).Multipath?.Length);

    [Fact]
    public void No_path_no_route() => Assert.Equal((default, null), DecisionProcess.Choose([], Metric));

    [Fact]
    public void The_choice_does_not_depend_on_the_order_of_arrival() => Prop.ForAll<(byte, byte, byte, bool)[], int>((seeds, shuffle) =>
    {
        var paths = seeds.Select((seed, i) => From(
            $"10.0.{i}.{seed.Item1 % 4}",
            Plain with { AsPath = Path([65001u + seed.Item2 % 3u, .. Enumerable.Repeat(1u, seed.Item1 % 2)]), MultiExitDiscriminator = seed.Item3 % 3u },
            seed.Item4)).ToArray();
        var shuffled = paths.ToArray();
        new Random(shuffle).Shuffle(shuffled);
        var (best, multipath) = DecisionProcess.Choose(paths, Metric);
        var (otherBest, otherMultipath) = DecisionProcess.Choose(shuffled, Metric);
        return best.Is(otherBest) && (multipath ?? []).Select(path => path.Source).SequenceEqual((otherMultipath ?? []).Select(path => path.Source));
    }).QuickCheckThrowOnFailure();

    private static uint? Metric(IPAddress nextHop) => nextHop.ToString() switch
    {
        "203.0.113.1" => null,
        "10.0.0.100" => 20,
        _ => 10,
    };

    private static AsPath Path(params IEnumerable<uint> numbers) => numbers.Reverse().Aggregate(AsPath.Empty, (path, number) => path.Prepend(number));

    private static RibPath From(string identifier, PathAttributes attributes, bool isInternal = false)
    {
        var source = new RouteSource(identifier) { Identifier = IPAddress.Parse(identifier), Address = IPAddress.Parse(identifier), IsInternal = isInternal };
        return new(source, attributes, attributes);
    }
}
