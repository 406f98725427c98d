using System.Net;
using System.Text;
using System.Text.Json;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;
using Calico.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Datastore;

public abstract class ResourceStoreTests(StorePlace place) : EachStore(place)
{
    private static readonly ResourceId PoolId = new(Kinds.IPPool, null, "first");

    private ResourceStore Resources => field ??= new(Store, "test", TimeProvider.System, NullLogger.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_created_resource_gets_uid_time_and_version_and_is_read_back_equal()
    {
        var created = (await Resources.CreateAsync(Pool("first", "10.0.0.0/16"), Cancellation)).OrThrow();

        Assert.True(Guid.TryParse(created.Metadata.Uid, out _));
        Assert.NotNull(created.Metadata.CreationTimestamp);
        Assert.Equal($"{(await Store.GetAsync(StoreKeys.Of(PoolId), Cancellation))?.Revision}", created.Metadata.ResourceVersion);
        Assert.Equal(created, await Resources.GetAsync<IPPoolSpec>(PoolId, Cancellation));
    }

    [Fact]
    public async Task The_value_is_the_whole_resource_as_Calico_v3_stores_it()
    {
        await Resources.CreateAsync(Pool("first", "10.0.0.0/16"), Cancellation);

        var stored = await Store.GetAsync("/calico/resources/v3/projectcalico.org/ippools/first", Cancellation);
        var json = JsonDocument.Parse(stored?.Value ?? default).RootElement;

        Assert.Equal("projectcalico.org/v3", json.GetProperty("apiVersion").GetString());
        Assert.Equal("IPPool", json.GetProperty("kind").GetString());
        Assert.Equal("first", json.GetProperty("metadata").GetProperty("name").GetString());
        Assert.False(json.GetProperty("metadata").TryGetProperty("resourceVersion", out _));
        Assert.Equal("10.0.0.0/16", json.GetProperty("spec").GetProperty("cidr").GetString());
    }

    [Fact]
    public async Task A_value_that_Calico_wrote_is_read()
    {
        await PutAsync(
            StoreKeys.Of(PoolId),
            """{"kind":"IPPool","apiVersion":"projectcalico.org/v3","metadata":{"name":"first","uid":"u","creationTimestamp":"2024-05-01T10:00:00Z"},"spec":{"cidr":"10.1.0.0/16","vxlanMode":"Never","ipipMode":"Never","natOutgoing":true,"blockSize":26,"nodeSelector":"all()","allowedUses":["Workload","Tunnel"]}}""");

        var pool = await Resources.GetAsync<IPPoolSpec>(PoolId, Cancellation);

        Assert.Equal(IPNetwork.Parse("10.1.0.0/16"), pool?.Spec.Cidr);
        Assert.Equal("u", pool?.Metadata.Uid);
    }

    [Fact]
    public async Task Create_refuses_what_is_there_and_what_has_a_version()
    {
        await Resources.CreateAsync(Pool("first", "10.0.0.0/16"), Cancellation);

        var again = await Resources.CreateAsync(Pool("first", "10.1.0.0/16"), Cancellation);
        var versioned = Pool("second", "10.2.0.0/16");
        versioned = versioned with { Metadata = versioned.Metadata with { ResourceVersion = "5" } };

        Assert.Equal((WriteStatus.AlreadyExists, "resource already exists: IPPool(first)"), (again.Status, again.Message));
        Assert.Equal(IPNetwork.Parse("10.0.0.0/16"), again.Resource?.Spec.Cidr);
        Assert.Equal(WriteStatus.Invalid, (await Resources.CreateAsync(versioned, Cancellation)).Status);
    }

    [Fact]
    public async Task An_update_with_an_old_version_is_a_conflict_and_one_with_none_is_not()
    {
        var created = (await Resources.CreateAsync(Pool("first", "10.0.0.0/16"), Cancellation)).OrThrow();
        var updated = await Resources.UpdateAsync(Disabled(created), Cancellation);
        var stale = await Resources.UpdateAsync(created, Cancellation);
        var forced = await Resources.UpdateAsync(Pool("first", "10.0.0.0/16"), Cancellation);

        Assert.NotEqual(created.Metadata.ResourceVersion, updated.OrThrow().Metadata.ResourceVersion);
        Assert.Equal((WriteStatus.Conflict, "update conflict: IPPool(first)"), (stale.Status, stale.Message));
        Assert.True(stale.Resource?.Spec.Disabled);
        Assert.Equal(created.Metadata.Uid, forced.OrThrow().Metadata.Uid);
        Assert.Equal(created.Metadata.CreationTimestamp, forced.OrThrow().Metadata.CreationTimestamp);
    }

    [Fact]
    public async Task Update_and_delete_of_what_is_not_there_say_so()
    {
        var updated = await Resources.UpdateAsync(Pool("first", "10.0.0.0/16"), Cancellation);
        var deleted = await Resources.DeleteAsync(PoolId, null, Cancellation);

        Assert.StartsWith("resource does not exist: IPPool(first) with error: ", updated.Message, StringComparison.Ordinal);
        Assert.Equal((WriteStatus.NotFound, updated.Message), (deleted.Status, deleted.Message));
    }

    [Fact]
    public async Task A_hundred_writers_that_each_add_a_label_lose_none()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => Resources.ApplyAsync<IPPoolSpec>(PoolId, AddLabel(i), Cancellation), Cancellation)));

        Assert.Equal(100, (await Resources.GetAsync<IPPoolSpec>(PoolId, Cancellation))?.Metadata.Labels?.Count);

        static Func<Resource<IPPoolSpec>?, Resource<IPPoolSpec>> AddLabel(int i) => current =>
        {
            var pool = current ?? Pool("first", "10.0.0.0/16");
            return pool with { Metadata = pool.Metadata with { Labels = (pool.Metadata.Labels ?? Labels.Empty).With($"l{i}", "") } };
        };
    }

    [Fact]
    public async Task An_apply_that_changes_nothing_writes_nothing()
    {
        var first = await Resources.ApplyAsync<IPPoolSpec>(PoolId, _ => Pool("first", "10.0.0.0/16"), Cancellation);
        var again = await Resources.ApplyAsync<IPPoolSpec>(PoolId, pool => pool ?? Pool("first", "10.0.0.0/16"), Cancellation);

        Assert.Equal(first.Metadata.ResourceVersion, again.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Untyped_apply_creates_and_then_replaces()
    {
        IResource pool = Pool("first", "10.0.0.0/16");

        var created = (await Resources.ApplyAsync(pool, Cancellation)).OrThrow();
        var replaced = (await Resources.ApplyAsync(pool, Cancellation)).OrThrow();

        Assert.Equal(created.Metadata.Uid, replaced.Metadata.Uid);
        Assert.NotEqual(created.Metadata.ResourceVersion, replaced.Metadata.ResourceVersion);
        Assert.Single((await Resources.ListAsync(Kinds.IPPool, null, Cancellation)).Items);
    }

    [Fact]
    public async Task A_corrupt_value_is_passed_over_by_lists_named_and_left_alone()
    {
        await Resources.CreateAsync(Pool("first", "10.0.0.0/16"), Cancellation);
        await PutAsync(StoreKeys.OfKind(Kinds.IPPool) + "broken", """{"kind":"IPPool","apiVers""");
        await PutAsync(StoreKeys.OfKind(Kinds.IPPool) + "other", """{"kind":"Node","apiVersion":"projectcalico.org/v3","metadata":{},"spec":{}}""");

        var listing = await Resources.ListAsync<IPPoolSpec>(Kinds.IPPool, Cancellation);

        Assert.Equal(["first"], listing.Items.Select(pool => pool.Name));
        Assert.Equal(["broken", "other"], listing.Unreadable.Select(bad => bad.Key.Split('/')[^1]));
        var error = await Assert.ThrowsAsync<UnreadableException>(() => Resources.GetAsync(PoolId with { Name = "broken" }, Cancellation));
        Assert.Contains("/ippools/broken", error.Message, StringComparison.Ordinal);
        Assert.NotNull(await Store.GetAsync(StoreKeys.OfKind(Kinds.IPPool) + "broken", Cancellation));
    }

    [Fact]
    public async Task A_corrupt_resource_is_mended_by_replacing_or_deleting_it()
    {
        await PutAsync(StoreKeys.Of(PoolId), "not json");
        Assert.True((await Resources.UpdateAsync(Pool("first", "10.0.0.0/16"), Cancellation)).IsDone);

        await PutAsync(StoreKeys.Of(PoolId), "not json");
        Assert.True((await Resources.DeleteAsync(PoolId, null, Cancellation)).IsDone);
    }

    [Fact]
    public async Task A_workload_endpoint_gets_its_name_and_labels_from_its_identifiers()
    {
        var spec = new WorkloadEndpointSpec { Orchestrator = "libnetwork", Node = "vms100", Endpoint = "e1" };
        var endpoint = new Resource<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, new() { Namespace = "default", Labels = new([new("projectcalico.org/namespace", "lie")]) }, spec);

        var stored = (await Resources.CreateAsync(endpoint, Cancellation)).OrThrow();
        var wrong = await Resources.CreateAsync(endpoint with { Metadata = endpoint.Metadata with { Name = "other" } }, Cancellation);

        Assert.Equal("vms100-libnetwork-libnetwork-e1", stored.Name);
        Assert.Equal("projectcalico.org/namespace=default,projectcalico.org/orchestrator=libnetwork", stored.Metadata.Labels?.ToString());
        Assert.Equal(WriteStatus.Invalid, wrong.Status);
    }

    [Fact]
    public async Task A_namespaced_kind_needs_a_namespace_and_a_global_one_has_none()
    {
        var policy = new Resource<PolicySpec>(Kinds.NetworkPolicy, new() { Name = "p" }, new PolicySpec());
        var pool = Pool("first", "10.0.0.0/16");

        Assert.Equal(WriteStatus.Invalid, (await Resources.CreateAsync(policy, Cancellation)).Status);
        Assert.Equal(WriteStatus.Invalid, (await Resources.CreateAsync(pool with { Metadata = pool.Metadata with { Namespace = "x" } }, Cancellation)).Status);
    }

    private static Resource<IPPoolSpec> Pool(string name, string cidr) => new(Kinds.IPPool, new() { Name = name }, new() { Cidr = IPNetwork.Parse(cidr) });

    private static Resource<IPPoolSpec> Disabled(Resource<IPPoolSpec> pool) => pool with { Spec = pool.Spec with { Disabled = true } };

    private Task<CommitResult> PutAsync(string key, string value) => Store.CommitAsync([StoreWrite.Put(key, Encoding.UTF8.GetBytes(value))], Cancellation);
}
