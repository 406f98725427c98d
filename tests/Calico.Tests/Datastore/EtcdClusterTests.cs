using Calico.Checker.Faults;
using Calico.Datastore;
using Calico.Datastore.Etcd;

namespace Calico.Tests.Datastore;

/// <summary>Three members, and what happens when one fails.</summary>
public sealed class EtcdClusterTests : IAsyncLifetime
{
    private EtcdCluster? _cluster;

    private EtcdCluster Cluster => _cluster ?? throw new InvalidOperationException("not started");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed: ./dev provision");
        _cluster = await EtcdCluster.StartAsync(3);
    }

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Killed_and_hung_members_are_passed_over_and_a_watch_misses_nothing()
    {
        await using var store = Cluster.Open();
        var revision = await PutAsync(store, 0);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var watch = store.WatchAsync("/calico/", revision, stop.Token).GetAsyncEnumerator(stop.Token);
        var next = watch.MoveNextAsync().AsTask();

        await PutAsync(store, 1);
        await ExpectAsync(1);
        Cluster.Kill(0);
        await PutAsync(store, 2);
        await ExpectAsync(2);
        Cluster.Restart(0);
        await PutAsync(store, 3);
        await ExpectAsync(3);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);

        async Task ExpectAsync(byte value)
        {
            Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
            Assert.Equal([value], watch.Current.Value?.Value.ToArray() ?? []);
            next = watch.MoveNextAsync().AsTask();
        }
    }

    [Fact]
    public async Task A_member_that_hangs_costs_one_attempt_and_all_hanging_is_an_error_in_time()
    {
        await using var store = Cluster.Open();
        await PutAsync(store, 0);

        Cluster.Pause(0);
        await PutAsync(store, 1);
        Cluster.Pause(1);
        Cluster.Pause(2);
        var began = TimeProvider.System.GetTimestamp();
        var error = await Assert.ThrowsAsync<DatastoreException>(() => store.GetAsync("/calico/a", Cancellation));

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(9));
        Assert.All(Cluster.Endpoints, endpoint => Assert.Contains($"{endpoint.GetLeftPart(UriPartial.Authority)}: ", error.Message, StringComparison.Ordinal));
        foreach (var member in Enumerable.Range(0, 3))
            Cluster.Resume(member);
        await PutAsync(store, 2);
    }

    [Fact]
    public async Task A_watch_whose_member_hangs_goes_on_at_another_and_misses_nothing()
    {
        await using var store = Cluster.Open(0, 1);
        await using var writer = Cluster.Open(1, 2);
        var revision = await PutAsync(store, 0);
        await using var watch = store.WatchAsync("/calico/", revision, Cancellation).GetAsyncEnumerator(Cancellation);
        await PutAsync(store, 1);
        Assert.True(await watch.MoveNextAsync());

        // Half dead: the connection stands, and nothing comes over it. Only pings notice that.
        Cluster.Pause(0);
        await PutAsync(writer, 2);
        await PutAsync(writer, 3);
        foreach (var value in (byte[])[2, 3])
        {
            Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
            Assert.Equal([value], watch.Current.Value?.Value.ToArray() ?? []);
        }

        Cluster.Resume(0);
    }

    /// <summary>As a client would that tries again: an election may take longer than one call waits.</summary>
    private static async Task<long> PutAsync(EtcdStore store, byte value)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return Assert.IsType<CommitResult.Committed>(await store.CommitAsync([StoreWrite.Put("/calico/a", new[] { value })], Cancellation)).Revision;
            }
            catch (DatastoreException) when (attempt < 5)
            {
                await Task.Delay(200, Cancellation);
            }
        }
    }
}
