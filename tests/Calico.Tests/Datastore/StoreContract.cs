using System.Text;
using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Datastore;

/// <summary>What every store promises; one class derives from this for each of them.</summary>
public abstract class StoreContract
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A store that holds nothing yet.</summary>
    protected abstract Task<IStore> OpenAsync();

    [Fact]
    public async Task A_key_that_was_never_written_is_not_there()
    {
        await using var store = await OpenAsync();

        Assert.Null(await store.GetAsync("/calico/a", Cancellation));
        Assert.Empty((await store.ListAsync("/calico/", Cancellation)).Items);
    }

    [Fact]
    public async Task What_was_put_is_read_back_with_the_revision_of_its_commit()
    {
        await using var store = await OpenAsync();
        var first = await PutAsync(store, "/calico/a", "one");
        var second = await PutAsync(store, "/calico/a", "two");

        var read = await store.GetAsync("/calico/a", Cancellation);

        Assert.NotNull(read);
        Assert.Equal("two", Text(read));
        Assert.Equal(second, read.Revision);
        Assert.Equal(first + 1, second);
    }

    [Fact]
    public async Task An_empty_value_and_one_of_any_bytes_are_kept()
    {
        await using var store = await OpenAsync();
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(octet => (byte)octet)];
        await store.CommitAsync([StoreWrite.Put("/calico/empty", Array.Empty<byte>()), StoreWrite.Put("/calico/any", bytes)], Cancellation);

        var listing = await store.ListAsync("/calico/", Cancellation);

        Assert.Equal(["/calico/any", "/calico/empty"], listing.Items.Select(stored => stored.Key));
        Assert.Equal(bytes, listing.Items[0].Value.ToArray());
        Assert.Equal(0, listing.Items[1].Value.Length);
    }

    [Fact]
    public async Task A_list_holds_the_keys_under_its_prefix_alone_in_order_of_their_bytes()
    {
        await using var store = await OpenAsync();
        foreach (var key in new[] { "/calico/b/2", "/calico/b/10", "/calico/b0", "/calico/b/ü", "/calico/b/~", "/calico/a/1", "/calico/b" })
            await PutAsync(store, key, "x");

        var listing = await store.ListAsync("/calico/b/", Cancellation);

        Assert.Equal(["/calico/b/10", "/calico/b/2", "/calico/b/~", "/calico/b/ü"], listing.Items.Select(stored => stored.Key));
        Assert.Equal(listing.Items.Select(stored => stored.Key), await store.ListKeysAsync("/calico/b/", Cancellation));
    }

    [Fact]
    public async Task A_list_as_of_an_earlier_revision_shows_what_was_there_then()
    {
        await using var store = await OpenAsync();
        await PutAsync(store, "/calico/a", "one");
        await PutAsync(store, "/calico/gone", "here");
        var then = await PutAsync(store, "/calico/b", "two");
        await PutAsync(store, "/calico/a", "changed");
        await store.CommitAsync([StoreWrite.Delete("/calico/gone", expectedRevision: null)], Cancellation);
        await PutAsync(store, "/calico/new", "later");

        var past = await store.ListAtAsync("/calico/", then, Cancellation);

        Assert.Equal(["/calico/a one", "/calico/b two", "/calico/gone here"], past.Items.Select(item => $"{item.Key} {Text(item)}"));
        Assert.Equal(then, past.Revision);
        var future = await Assert.ThrowsAsync<DatastoreException>(() => store.ListAtAsync("/calico/", then + 1_000_000, Cancellation));
        Assert.Contains($"there is no revision {then + 1_000_000} yet", future.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_history_of_a_resource_tells_each_change_and_a_time_has_its_revision()
    {
        await using var store = await OpenAsync();
        var id = new ResourceId(Kinds.Profile, Namespace: null, "p");
        var resources = new ResourceStore(store, "somebody", TimeProvider.System, NullLogger.Instance) { Reason = "because" };
        await resources.CreateAsync(new Resource<ProfileSpec>(Kinds.Profile, new() { Name = "p" }, new()), Cancellation);
        await resources.UpdateAsync(new Resource<ProfileSpec>(Kinds.Profile, new() { Name = "p" }, new() { LabelsToApply = Labels.Empty.With("a", "b") }), Cancellation);
        await Task.Delay(5, Cancellation); // so that the clock tells the changes apart
        var then = TimeProvider.System.GetUtcNow();
        await Task.Delay(5, Cancellation);
        await resources.DeleteAsync(id, resourceVersion: null, Cancellation);
        await PutAsync(store, "/calico/other", "x");

        var history = new ResourceHistory(store);
        var changes = await history.ReadAsync(id, most: 10, Cancellation);

        Assert.Equal([ChangeKind.Deleted, ChangeKind.Changed, ChangeKind.Created], changes.Select(change => change.Kind));
        Assert.All(changes, change => Assert.Equal(("somebody", "because"), (change.Note?.Author, change.Note?.Reason)));
        var past = await PastRevision.FindAsync(store, then, Cancellation);
        Assert.Equal(changes[1].Revision, past.Revision);
        Assert.NotNull(await history.GetAtAsync(id, past.Revision, Cancellation));
        Assert.Null(await history.GetAtAsync(id, changes[0].Revision, Cancellation));
    }

    [Fact]
    public async Task Of_pools_that_overlap_and_are_made_at_once_one_is_made()
    {
        await using var store = await OpenAsync();
        string[] nets = ["10.0.0.0/16", "10.0.0.0/17", "10.0.128.0/17", "10.0.64.0/18", "10.0.0.0/15"];

        var outcomes = await Task.WhenAll(nets.Select((net, n) => Task.Run(() => new ResourceStore(store, $"{n}", TimeProvider.System, NullLogger.Instance)
            .CreateAsync(new Resource<IPPoolSpec>(Kinds.IPPool, new() { Name = $"p{n}" }, new() { Cidr = System.Net.IPNetwork.Parse(net) }), Cancellation), Cancellation)));

        var made = (await new ResourceStore(store, "x", TimeProvider.System, NullLogger.Instance).ListAsync<IPPoolSpec>(Kinds.IPPool, Cancellation)).Items;
        Assert.Equal(outcomes.Count(outcome => outcome.IsDone), made.Count);
        Assert.All(outcomes.Where(outcome => !outcome.IsDone), outcome => Assert.Contains("(overlaps ", outcome.Message, StringComparison.Ordinal));
        Assert.DoesNotContain(made, one => made.Any(other => other.Name != one.Name && other.Spec.Cidr.Overlaps(one.Spec.Cidr)));
        Assert.NotEmpty(made);
    }

    [Fact]
    public async Task Several_resources_take_the_place_of_one_in_one_commit_or_nothing_is_changed()
    {
        await using var store = await OpenAsync();
        var resources = new ResourceStore(store, "somebody", TimeProvider.System, NullLogger.Instance);
        var old = (await resources.CreateAsync(Profile("old"), Cancellation)).OrThrow();
        await resources.CreateAsync(Profile("c"), Cancellation);

        var hindered = await resources.ChangeAsync([new(old, null), new(null, Profile("a")), new(null, Profile("c"))], Cancellation);
        Assert.Equal((WriteStatus.AlreadyExists, "resource already exists: Profile(c)"), (hindered.Status, hindered.Message));
        Assert.Equal(["c", "old"], (await resources.ListAsync<ProfileSpec>(Kinds.Profile, Cancellation)).Items.Select(profile => profile.Name));

        Assert.True((await resources.ChangeAsync([new(old, null), new(null, Profile("a")), new(null, Profile("b"))], Cancellation)).IsDone);
        var made = (await resources.ListAsync<ProfileSpec>(Kinds.Profile, Cancellation)).Items;
        Assert.Equal(["a", "b", "c"], made.Select(profile => profile.Name));
        Assert.Equal(made[0].Metadata.ResourceVersion, made[1].Metadata.ResourceVersion);
        Assert.Equal(WriteStatus.Conflict, (await resources.ChangeAsync([new(old, null), new(null, Profile("d"))], Cancellation)).Status);

        static Resource<ProfileSpec> Profile(string name) => new(Kinds.Profile, new() { Name = name }, new());
    }

    [Fact]
    public async Task A_list_longer_than_a_page_is_whole()
    {
        await using var store = await OpenAsync();
        for (var first = 0; first < 1200; first += 100)
            await store.CommitAsync([.. Enumerable.Range(first, 100).Select(i => StoreWrite.Create($"/calico/{i:d5}", new byte[10]))], Cancellation);

        var listing = await store.ListAsync("/calico/", Cancellation);

        Assert.Equal(1200, listing.Items.Count);
        Assert.Equal(1200, listing.Items.Select(stored => stored.Key).Distinct().Count());
        Assert.Equal(1200, (await store.ListKeysAsync("/calico/", Cancellation)).Count);
    }

    [Fact]
    public async Task Create_fails_where_the_key_is_and_says_what_it_holds()
    {
        await using var store = await OpenAsync();
        var revision = await PutAsync(store, "/calico/a", "one");

        var result = await store.CommitAsync([StoreWrite.Create("/calico/a", Bytes("two"))], Cancellation);

        var conflict = Assert.IsType<CommitResult.Conflict>(result);
        Assert.Equal("/calico/a", conflict.Key);
        Assert.Equal(revision, conflict.Actual?.Revision);
        Assert.Equal("one", Text(conflict.Actual));
    }

    [Fact]
    public async Task A_stale_write_changes_nothing_not_even_the_other_keys_of_its_commit()
    {
        await using var store = await OpenAsync();
        var stale = await PutAsync(store, "/calico/a", "one");
        await PutAsync(store, "/calico/a", "two");

        var result = await store.CommitAsync(
            [StoreWrite.Create("/calico/b", Bytes("new")), StoreWrite.Put("/calico/a", Bytes("three"), stale)], Cancellation);

        Assert.Equal("/calico/a", Assert.IsType<CommitResult.Conflict>(result).Key);
        Assert.Null(await store.GetAsync("/calico/b", Cancellation));
        Assert.Equal("two", Text(await store.GetAsync("/calico/a", Cancellation)));
    }

    [Fact]
    public async Task A_write_of_a_key_that_is_gone_says_so()
    {
        await using var store = await OpenAsync();
        var revision = await PutAsync(store, "/calico/a", "one");
        await store.CommitAsync([StoreWrite.Delete("/calico/a", revision)], Cancellation);

        var result = await store.CommitAsync([StoreWrite.Put("/calico/a", Bytes("two"), revision)], Cancellation);

        Assert.Null(Assert.IsType<CommitResult.Conflict>(result).Actual);
    }

    [Fact]
    public async Task A_commit_holds_only_while_what_it_checks_stands()
    {
        await using var store = await OpenAsync();
        var pool = await PutAsync(store, "/calico/pool", "enabled");

        var before = await store.CommitAsync([StoreWrite.Check("/calico/pool", pool), StoreWrite.Create("/calico/a", Bytes("x"))], Cancellation);
        await PutAsync(store, "/calico/pool", "disabled");
        var after = await store.CommitAsync([StoreWrite.Check("/calico/pool", pool), StoreWrite.Create("/calico/b", Bytes("x"))], Cancellation);

        Assert.IsType<CommitResult.Committed>(before);
        Assert.Equal("/calico/pool", Assert.IsType<CommitResult.Conflict>(after).Key);
        Assert.Equal("disabled", Text(await store.GetAsync("/calico/pool", Cancellation)));
        Assert.Null(await store.GetAsync("/calico/b", Cancellation));
    }

    [Fact]
    public async Task Of_many_writers_with_one_expectation_exactly_one_wins()
    {
        await using var store = await OpenAsync();
        var revision = await PutAsync(store, "/calico/a", "start");

        var results = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(i => Task.Run(() => store.CommitAsync([StoreWrite.Put("/calico/a", Bytes($"{i}"), revision)], Cancellation), Cancellation)));

        var won = Assert.Single(results.OfType<CommitResult.Committed>());
        Assert.Equal(won.Revision, (await store.GetAsync("/calico/a", Cancellation))?.Revision);
    }

    [Fact]
    public async Task A_counter_raised_by_many_at_once_misses_no_step()
    {
        await using var store = await OpenAsync();
        await PutAsync(store, "/calico/counter", "0");

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(RaiseTenTimes, Cancellation)));

        Assert.Equal("50", Text(await store.GetAsync("/calico/counter", Cancellation)));

        async Task RaiseTenTimes()
        {
            for (var raised = 0; raised < 10;)
            {
                var now = await store.GetAsync("/calico/counter", Cancellation);
                var next = Bytes($"{int.Parse(Text(now), null) + 1}");
                if (await store.CommitAsync([StoreWrite.Put("/calico/counter", next, now?.Revision)], Cancellation) is CommitResult.Committed)
                    raised++;
            }
        }
    }

    [Fact]
    public async Task A_watch_tells_each_change_after_its_revision_once_and_in_order()
    {
        await using var store = await OpenAsync();
        var before = await PutAsync(store, "/calico/a", "one");
        var second = await PutAsync(store, "/calico/a", "two");
        await PutAsync(store, "/other/a", "not asked for");
        await using var watch = store.WatchAsync("/calico/", before, Cancellation).GetAsyncEnumerator(Cancellation);

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(("two", second), (Text(watch.Current.Value), watch.Current.Revision));

        var next = watch.MoveNextAsync().AsTask();
        var deleted = await CommitAsync(store, StoreWrite.Delete("/calico/a"));
        Assert.True(await next);
        Assert.Null(watch.Current.Value);
        Assert.Equal(("/calico/a", deleted), (watch.Current.Key, watch.Current.Revision));

        next = watch.MoveNextAsync().AsTask();
        await CommitAsync(store, StoreWrite.Put("/calico/c", Bytes("c")), StoreWrite.Put("/calico/b", Bytes("b")));
        Assert.True(await next);
        var keys = new List<string> { watch.Current.Key };
        Assert.True(await watch.MoveNextAsync());
        keys.Add(watch.Current.Key);
        Assert.Equal(["/calico/b", "/calico/c"], keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_watch_waits_until_something_happens_and_ends_when_cancelled()
    {
        await using var store = await OpenAsync();
        var revision = await PutAsync(store, "/calico/a", "one");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var watch = store.WatchAsync("/calico/", revision, stop.Token).GetAsyncEnumerator(stop.Token);
        var next = watch.MoveNextAsync().AsTask();

        await Task.Delay(100, Cancellation);
        Assert.False(next.IsCompleted);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(TimeSpan.FromSeconds(5), Cancellation));
    }

    [Fact]
    public async Task A_key_with_a_time_to_live_is_deleted_unless_it_is_written_again_in_time()
    {
        await using var store = await OpenAsync();
        var (soon, late) = (TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5));
        await CommitAsync(store, Lasting("/calico/kept", soon), Lasting("/calico/renewed", soon), Lasting("/calico/deleted", soon));
        await CommitAsync(store, StoreWrite.Delete("/calico/deleted"), StoreWrite.Put("/calico/kept", Bytes("2")), Lasting("/calico/renewed", late));
        var revision = await CommitAsync(store, Lasting("/calico/short", soon), StoreWrite.Put("/calico/other", Bytes("1")));
        await using var watch = store.WatchAsync("/calico/", revision, Cancellation).GetAsyncEnumerator(Cancellation);

        Assert.NotNull(await store.GetAsync("/calico/short", Cancellation));
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation));

        Assert.Equal(("/calico/short", null, revision + 1), (watch.Current.Key, watch.Current.Value, watch.Current.Revision));
        await Task.Delay(soon, Cancellation); // those that were written again would be gone by now
        Assert.Equal(["/calico/kept", "/calico/other", "/calico/renewed"], await store.ListKeysAsync("/calico/", Cancellation));

        static StoreWrite Lasting(string key, TimeSpan time) => StoreWrite.Put(key, Bytes("1")) with { TimeToLive = time };
    }

    [Fact]
    public async Task Deleting_what_is_not_there_is_no_change()
    {
        await using var store = await OpenAsync();
        var revision = await PutAsync(store, "/calico/a", "one");

        Assert.Equal(revision, await CommitAsync(store, StoreWrite.Delete("/calico/none")));
        Assert.Equal(revision, (await store.ListAsync("/calico/", Cancellation)).Revision);
    }

    [Fact]
    public async Task A_commit_with_a_key_twice_is_refused()
    {
        await using var store = await OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>(
            () => store.CommitAsync([StoreWrite.Put("/calico/a", Bytes("1")), StoreWrite.Delete("/calico/a")], Cancellation));
    }

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(StoredValue? stored) => stored is null ? "" : Encoding.UTF8.GetString(stored.Value.Span);

    protected static async Task<long> PutAsync(IStore store, string key, string value) =>
        await CommitAsync(store, StoreWrite.Put(key, Bytes(value)));

    protected static async Task<long> CommitAsync(IStore store, params StoreWrite[] writes) =>
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(writes, Cancellation)).Revision;
}
