using Calico.Checker.Faults;
using Calico.Datastore;
using Calico.Datastore.Configuration;
using Calico.Datastore.Etcd;
using Calico.Datastore.Resources;
using Calico.Datastore.Syncing;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;
using Calico.Tests.Ipam;
using Microsoft.Extensions.Logging.Abstractions;

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
    public async Task Books_of_addresses_that_Calico_wrote_are_gone_on_with_and_etcdctl_shows_them_in_its_layout()
    {
        await using var store = await OpenAsync();
        foreach (var (key, value) in new Dictionary<string, string>
        {
            ["/calico/resources/v3/projectcalico.org/ippools/p"] =
                """{"kind":"IPPool","apiVersion":"projectcalico.org/v3","metadata":{"name":"p","uid":"u","creationTimestamp":"2024-05-01T10:00:00Z"},"spec":{"cidr":"10.0.0.0/24","vxlanMode":"Never","ipipMode":"Never","natOutgoing":true,"blockSize":30,"nodeSelector":"all()","allowedUses":["Workload","Tunnel"]}}""",
            ["/calico/ipam/v2/assignment/ipv4/block/10.0.0.0-30"] =
                """{"cidr":"10.0.0.0/30","affinity":"host:a","strictAffinity":false,"allocations":[0,null,null,null],"unallocated":[1,2,3],"attributes":[{"handle_id":"k8s.one","secondary":{"namespace":"default","node":"a","pod":"one"}}],"deleted":false,"sequenceNumber":1714557600000000001,"sequenceNumberForAllocation":{"0":1714557600000000000}}""",
            ["/calico/ipam/v2/host/a/ipv4/block/10.0.0.0-30"] = """{"state":"confirmed","deleted":false}""",
            ["/calico/ipam/v2/handle/k8s.one"] = """{"block":{"10.0.0.0/30":1},"deleted":false}""",
            ["/calico/ipam/v2/config"] = """{"strict_affinity":false,"auto_allocate_blocks":true}""",
        })
            await etcd.Cluster.ControlAsync("put", key, value);

        var ipam = new IpamFixture(store);
        Assert.Equal("10.0.0.1", $"{await ipam.AssignOneAsync("a", "ours")}");
        Assert.Equal(["10.0.0.0"], (await ipam.Ipam.ReleaseByHandleAsync("k8s.one", Cancellation)).Select(address => $"{address}"));
        await ipam.AuditAsync();

        using var block = System.Text.Json.JsonDocument.Parse(await etcd.Cluster.ControlAsync("get", "--print-value-only", "/calico/ipam/v2/assignment/ipv4/block/10.0.0.0-30"));
        Assert.Equal("host:a", block.RootElement.GetProperty("affinity").GetString());
        Assert.Equal("[null,0,null,null]", block.RootElement.GetProperty("allocations").GetRawText());
        Assert.Equal("[2,3,0]", block.RootElement.GetProperty("unallocated").GetRawText());
        Assert.Equal("ours", block.RootElement.GetProperty("attributes")[0].GetProperty("handle_id").GetString());
        Assert.Equal("a", block.RootElement.GetProperty("attributes")[0].GetProperty("secondary").GetProperty("node").GetString());
        Assert.Contains("\"10.0.0.0/30\":1", await etcd.Cluster.ControlAsync("get", "--print-value-only", "/calico/ipam/v2/handle/ours"), StringComparison.Ordinal);
        Assert.Equal("", await etcd.Cluster.ControlAsync("get", "/calico/ipam/v2/handle/k8s.one"));
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
    public async Task A_commit_of_more_writes_than_etcd_takes_is_refused_with_the_limit_and_writes_nothing()
    {
        await using var store = await OpenAsync();

        var error = await Assert.ThrowsAsync<DatastoreException>(
            () => store.CommitAsync([.. Enumerable.Range(0, 200).Select(i => StoreWrite.Put($"/calico/{i}", new byte[1]))], Cancellation));

        Assert.Contains("refused to write /calico/0 and 199 more", error.Message, StringComparison.Ordinal);
        Assert.Contains("128 writes", error.Message, StringComparison.Ordinal);
        Assert.Empty(await store.ListKeysAsync("/calico/", Cancellation));
    }

    [Fact]
    public async Task What_changed_before_a_compaction_that_a_syncer_slept_through_is_told_once_and_nothing_else()
    {
        await using var store = new FaultyStore(await OpenAsync());
        var tiers = new ResourceStore(store, "test", TimeProvider.System, NullLogger.Instance);
        foreach (var name in (string[])["kept", "changed", "gone"])
            await tiers.CreateAsync(Tier(name, 1), Cancellation);
        await using var told = new Syncer(store, new(), TimeProvider.System, NullLogger.Instance).ReadAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        await UntilAsync<SyncEvent.InSync>(told);

        store.Fail("cut off");
        var behind = new ResourceStore(store.Inner, "test", TimeProvider.System, NullLogger.Instance);
        await behind.UpdateAsync(Tier("changed", 2), Cancellation);
        await behind.DeleteAsync(new(Kinds.Tier, Namespace: null, "gone"), resourceVersion: null, Cancellation);
        var last = (await behind.CreateAsync(Tier("new", 3), Cancellation)).OrThrow();
        await etcd.Cluster.ControlAsync("compact", last.Metadata.ResourceVersion ?? "");
        store.Heal();

        var changes = await UntilAsync<SyncEvent.Connected>(told);
        Assert.Equal(["changed 2", "gone ", "new 3"], changes.Select(Text).Order(StringComparer.Ordinal));

        static string Text(StoreChange change) => $"{((StoreName.OfResource)change.Name).Id.Name} {((change.Value as IResource)?.Spec as TierSpec)?.Order}";

        static Resource<TierSpec> Tier(string name, double order) => new(Kinds.Tier, new() { Name = name }, new() { Order = order });
    }

    /// <returns>The changes that came before the mark.</returns>
    private static async Task<List<StoreChange>> UntilAsync<TMark>(IAsyncEnumerator<SyncEvent> told)
    {
        var changes = new List<StoreChange>();
        while (await told.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation))
        {
            if (told.Current is TMark)
                return changes;
            changes.AddRange((told.Current as SyncEvent.Changed)?.Changes ?? []);
        }

        throw new InvalidOperationException("a syncer never ends");
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
