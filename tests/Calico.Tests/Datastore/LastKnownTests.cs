using System.Net;
using System.Text;
using Calico.Datastore;
using Calico.Datastore.Syncing;
using Calico.Model.Resources;
using Calico.Model.Store;
using Calico.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Datastore;

/// <summary>What a node knows of the store when it starts without it.</summary>
public abstract class LastKnownTests(StorePlace place) : EachStore(place)
{
    private static readonly string Pools = StoreKeys.OfKind(Kinds.IPPool);

    private readonly TemporaryFolder _folder = new();
    private FaultyStore _store = null!; // set before any test runs

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder.Path, "last-known");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _store = new(Store);
    }

    protected override ValueTask EndAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_start_without_the_store_is_told_the_snapshot_and_the_changes_after_it_and_only_what_is_new_when_it_returns()
    {
        await PutPoolAsync("gone", "10.0.0.0/16");
        await PutPoolAsync("kept", "10.1.0.0/16");
        await FollowAsync(async told =>
        {
            await told.UntilAsync(happened => happened is SyncEvent.InSync);
            await PutPoolAsync("later", "10.2.0.0/16");
            await _store.CommitAsync([StoreWrite.Delete(Pools + "gone")], Cancellation);
            await told.UntilAsync(_ => told.Names.Contains("IPPool(later)") && !told.Names.Contains("IPPool(gone)"));
        });

        _store.Fail("away");
        await FollowAsync(async told =>
        {
            await told.UntilAsync(happened => happened is SyncEvent.FromDisk);
            Assert.Equal(["IPPool(kept)", "IPPool(later)"], told.Names.Order(StringComparer.Ordinal));

            await _store.Inner.CommitAsync([StoreWrite.Delete(Pools + "kept")], Cancellation);
            var before = told.Changes;
            _store.Heal();
            await told.UntilAsync(happened => happened is SyncEvent.InSync);
            Assert.Equal(["IPPool(later)"], told.Names);
            Assert.Equal(before + 1, told.Changes);
        });
    }

    [Fact]
    public async Task Nothing_is_told_of_another_store_of_a_snapshot_that_is_not_whole_or_of_a_file_that_is_no_such()
    {
        await PutPoolAsync("a", "10.0.0.0/16");
        await FollowAsync(told => told.UntilAsync(happened => happened is SyncEvent.InSync));
        Assert.NotNull(Known(_store.Description).Read());

        Assert.Null(Known("etcd at http://10.9.9.9:2379").Read());
        var whole = await System.IO.File.ReadAllBytesAsync(File, Cancellation);
        await System.IO.File.WriteAllBytesAsync(File, whole[..^10], Cancellation);
        Assert.Null(Known(_store.Description).Read());
        await System.IO.File.WriteAllTextAsync(File, "no log", Cancellation);
        Assert.Null(Known(_store.Description).Read());
        System.IO.File.Delete(File);
        Assert.Null(Known(_store.Description).Read());
    }

    [Fact]
    public async Task A_change_that_only_the_full_compare_found_is_on_the_disk_too()
    {
        await FollowAsync(
            async told =>
            {
                await told.UntilAsync(happened => happened is SyncEvent.InSync);
                _store.Mute = true;
                await PutPoolAsync("a", "10.0.0.0/16");
                await told.UntilAsync(_ => told.Names.Contains("IPPool(a)"));
            },
            new() { CompareEvery = TimeSpan.FromMilliseconds(100) });

        Assert.Contains(Known(_store.Description).Read()?.Items ?? [], stored => stored.Key == Pools + "a");
    }

    [Fact]
    public async Task A_disk_that_refuses_stops_nothing()
    {
        await PutPoolAsync("a", "10.0.0.0/16");
        var unwritable = new LastKnown("/proc/none/last-known", "x", TimeProvider.System, NullLogger.Instance);

        await FollowAsync(told => told.UntilAsync(happened => happened is SyncEvent.InSync), disk: unwritable);

        Assert.Null(unwritable.Read());
    }

    private LastKnown Known(string store) => new(File, store, TimeProvider.System, NullLogger.Instance);

    private async Task FollowAsync(Func<Told, Task> look, SyncerOptions? options = null, LastKnown? disk = null)
    {
        using var known = disk ?? Known(_store.Description);
        var syncer = new Syncer(_store, options ?? new(), TimeProvider.System, NullLogger.Instance, known);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using (var told = new Told(syncer.ReadAsync(stop.Token).GetAsyncEnumerator(stop.Token)))
            await look(told);
    }

    private async Task PutPoolAsync(string name, string cidr)
    {
        var json = $$"""{"kind":"IPPool","apiVersion":"projectcalico.org/v3","metadata":{"name":"{{name}}"},"spec":{"cidr":"{{IPNetwork.Parse(cidr)}}"} }""";
        await _store.CommitAsync([StoreWrite.Put(Pools + name, Encoding.UTF8.GetBytes(json))], Cancellation);
    }

    private sealed class Told(IAsyncEnumerator<SyncEvent> stream) : IAsyncDisposable
    {
        public HashSet<string> Names { get; } = [];

        public int Changes { get; private set; }

        public async Task UntilAsync(Func<SyncEvent, bool> found)
        {
            while (await stream.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Cancellation))
            {
                foreach (var change in (stream.Current as SyncEvent.Changed)?.Changes ?? [])
                    Take(change);
                if (found(stream.Current))
                    return;
            }
        }

        public ValueTask DisposeAsync() => stream.DisposeAsync();

        private void Take(StoreChange change)
        {
            Changes++;
            var name = change.Name is StoreName.OfResource of ? of.Id.ToString() : $"{change.Name}";
            if (change.Value is null)
                Names.Remove(name);
            else
                Names.Add(name);
        }
    }
}
