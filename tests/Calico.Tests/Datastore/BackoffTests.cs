using Calico.Datastore.Syncing;

namespace Calico.Tests.Datastore;

/// <summary>Five hundred hosts and a store that goes away and comes back, in time that is only counted.</summary>
public sealed class BackoffTests
{
    private const int Hosts = 500;
    private static readonly SyncerOptions Options = new();

    [Fact]
    public void While_the_store_is_away_the_attempts_of_five_hundred_hosts_spread_evenly()
    {
        var perSecond = new int[120];
        foreach (var host in Enumerable.Range(0, Hosts))
        {
            foreach (var attempt in Attempts(host, TimeSpan.FromSeconds(120)).Where(attempt => attempt.TotalSeconds < 120))
                perSecond[(int)attempt.TotalSeconds]++;
        }

        // Each waits 2.25 s between attempts on average: 222 a second.
        Assert.All(perSecond[10..], attempts => Assert.InRange(attempts, 150, 300));
    }

    [Fact]
    public void When_it_is_back_their_listings_spread_over_ten_seconds_and_three_hosts_are_back_at_once()
    {
        var back = TimeSpan.FromSeconds(300);
        var listings = Enumerable.Range(0, Hosts).Select(host => Return(host, Hosts, back)).ToList();
        var perSecond = listings.GroupBy(at => (int)at.TotalSeconds).Select(second => second.Count());

        Assert.All(perSecond, count => Assert.InRange(count, 0, 80));
        Assert.All(listings, at => Assert.InRange(at - back, TimeSpan.Zero, TimeSpan.FromSeconds(13)));
        Assert.All(Enumerable.Range(0, 3), host => Assert.InRange(Return(host, 3, back) - back, TimeSpan.Zero, TimeSpan.FromSeconds(3.1)));
    }

    [Fact]
    public void Waits_double_to_the_limit_and_begin_anew_after_a_success()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), new Random(1));
        Assert.InRange(backoff.Next().TotalSeconds, 0.5, 1);
        Assert.InRange(backoff.Next().TotalSeconds, 1, 2);
        Assert.InRange(backoff.Next().TotalSeconds, 2, 4);
        Assert.InRange(backoff.Next().TotalSeconds, 2.5, 5);
        Assert.InRange(backoff.Next().TotalSeconds, 2.5, 5);

        backoff.Reset();

        Assert.InRange(backoff.Next().TotalSeconds, 0.5, 1);
    }

    /// <summary>When a host lists everything: its first attempt after the store is back finds it, and then it waits for its turn.</summary>
    private static TimeSpan Return(int host, int hosts, TimeSpan back) =>
        Attempts(host, back).First(attempt => attempt >= back) + Make(host).Spread(hosts, Options.SpreadPerHost);

    /// <summary>Until one after the moment; the store went away at 0, which every host noticed at once.</summary>
    private static IEnumerable<TimeSpan> Attempts(int host, TimeSpan until)
    {
        var backoff = Make(host);
        var now = TimeSpan.Zero;
        while (now < until)
            yield return now += backoff.Next();
    }

    private static Backoff Make(int host) => new(Options.RetryDelay, Options.MaxRetryDelay, new Random(host));
}
