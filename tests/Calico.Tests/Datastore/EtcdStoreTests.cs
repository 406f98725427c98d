using Calico.Checker.Faults;
using Calico.Datastore;
using Calico.Datastore.Configuration;
using Calico.Datastore.Etcd;
using Calico.Model.Values;

namespace Calico.Tests.Datastore;

/// <summary>The contract on a real etcd, one member for the whole class.</summary>
public sealed class EtcdStoreTests(EtcdStoreTests.OneMember etcd) : StoreContract, IClassFixture<EtcdStoreTests.OneMember>
{
    protected override async Task<IStore> OpenAsync()
    {
        await etcd.Cluster.ClearAsync();
        return etcd.Cluster.Open();
    }

    [Fact]
    public async Task What_etcdctl_wrote_is_read_and_what_was_written_etcdctl_reads()
    {
        await using var store = await OpenAsync();
        await etcd.Cluster.ControlAsync("put", "/calico/theirs", "1");
        await PutAsync(store, "/calico/ours", "2");

        Assert.Equal("1", Text(await store.GetAsync("/calico/theirs", Cancellation)));
        Assert.Equal("2\n", await etcd.Cluster.ControlAsync("get", "--print-value-only", "/calico/ours"));
    }

    [Fact]
    public async Task A_watch_from_before_a_compaction_says_so()
    {
        await using var store = await OpenAsync();
        var first = await PutAsync(store, "/calico/a", "1");
        await PutAsync(store, "/calico/a", "2");
        var third = await PutAsync(store, "/calico/a", "3");
        await etcd.Cluster.ControlAsync("compact", $"{third}");

        await using var watch = store.WatchAsync("/calico/", first, Cancellation).GetAsyncEnumerator(Cancellation);
        var compacted = await Assert.ThrowsAsync<CompactedException>(async () => await watch.MoveNextAsync());
        await using var later = store.WatchAsync("/calico/", compacted.Oldest, Cancellation).GetAsyncEnumerator(Cancellation);

        Assert.True(await later.MoveNextAsync());
        Assert.Equal("3", Text(later.Current.Value));
    }

    [Fact]
    public async Task A_value_that_is_too_large_is_refused_with_the_key_and_the_limit()
    {
        await using var store = await OpenAsync();

        var error = await Assert.ThrowsAsync<DatastoreException>(
            () => store.CommitAsync([StoreWrite.Put("/calico/large", new byte[2_000_000])], Cancellation));

        Assert.Contains("refused to write /calico/large", error.Message, StringComparison.Ordinal);
        Assert.Contains("1.5 MB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_listens_the_error_names_each_endpoint_at_once()
    {
        await using var store = Open("http://127.0.0.1:1", "http://127.0.0.1:2");

        var error = await Assert.ThrowsAsync<DatastoreException>(() => store.GetAsync("/calico/a", Cancellation).WaitAsync(TimeSpan.FromSeconds(4), Cancellation));

        Assert.Equal(
            "could not read /calico/a in etcd (http://127.0.0.1:1: connection refused; http://127.0.0.1:2: connection refused): "
                + "check that etcd runs and that these are its endpoints",
            error.Message);
    }

    [Fact]
    public async Task An_endpoint_that_is_no_etcd_is_told()
    {
        using var web = new System.Net.HttpListener();
        var port = Random.Shared.Next(40000, 60000);
        web.Prefixes.Add($"http://127.0.0.1:{port}/");
        web.Start();
        await using var store = Open($"http://127.0.0.1:{port}");

        var error = await Assert.ThrowsAsync<DatastoreException>(() => store.GetAsync("/calico/a", Cancellation));

        Assert.Contains($"http://127.0.0.1:{port}: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_is_away_is_passed_over()
    {
        await using var store = Open("http://127.0.0.1:1", $"{etcd.Cluster.Endpoints[0]}");

        await PutAsync(store, "/calico/a", "1");

        Assert.Equal("1", Text(await store.GetAsync("/calico/a", Cancellation)));
    }

    private static EtcdStore Open(params string[] endpoints) =>
        new(new EtcdSettings { Endpoints = endpoints.Select(endpoint => new Uri(endpoint)).ToValueList() }, TimeProvider.System);

    public sealed class OneMember : IAsyncLifetime
    {
        private EtcdCluster? _cluster;

        public EtcdCluster Cluster => _cluster ?? throw new InvalidOperationException("not started");

        public async ValueTask InitializeAsync()
        {
            Assert.SkipUnless(EtcdCluster.IsInstalled, "etcd is not installed: ./dev provision");
            _cluster = await EtcdCluster.StartAsync(1);
        }

        public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
