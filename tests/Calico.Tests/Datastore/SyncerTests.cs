using System.Net;
using System.Text;
using Calico.Datastore;
using Calico.Datastore.Memory;
using Calico.Datastore.Syncing;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Datastore;

public abstract class SyncerTests(StorePlace place) : EachStore(place)
{
    private const string Pools = "/calico/resources/v3/projectcalico.org/ippools/";

    private FaultyStore Faulty => field ??= new(Store);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_snapshot_comes_first_then_the_mark_then_changes()
    {
        await PutPoolAsync("a", "10.0.0.0/16");
        await Faulty.CommitAsync([StoreWrite.Put(StoreKeys.Affinity("h", IPNetwork.Parse("10.0.0.0/26")), Array.Empty<byte>())], Cancellation);
        await Faulty.CommitAsync([StoreWrite.Put(StoreKeys.Handle("h1"), Encoding.UTF8.GetBytes("{}"))], Cancellation);
        await using var reader = new Reader(Faulty);

        await reader.UntilAsync(told => told is SyncEvent.InSync);
        Assert.Equal(["IPPool(a)", "affinity h 10.0.0.0/26"], reader.Names.Order(StringComparer.Ordinal));

        await PutPoolAsync("b", "10.1.0.0/16");
        await reader.UntilAsync(_ => reader.Names.Contains("IPPool(b)"));
        await Faulty.CommitAsync([StoreWrite.Delete(Pools + "b")], Cancellation);
        await reader.UntilAsync(_ => !reader.Names.Contains("IPPool(b)"));
    }

    [Fact]
    public async Task What_happened_while_the_store_was_away_is_told_when_it_is_back_deletions_too()
    {
        await PutPoolAsync("kept", "10.0.0.0/16");
        await PutPoolAsync("gone", "10.1.0.0/16");
        await using var reader = new Reader(Faulty);
        await reader.UntilAsync(told => told is SyncEvent.InSync);

        Faulty.Fail("etcd at http://192.0.2.1:2379: connection refused");
        var lost = await reader.UntilAsync(told => told is SyncEvent.Disconnected);
        Assert.Contains("192.0.2.1", ((SyncEvent.Disconnected)lost).Reason, StringComparison.Ordinal);
        await Faulty.Inner.CommitAsync([StoreWrite.Delete(Pools + "gone")], Cancellation);
        await PutPoolAsync("new", "10.2.0.0/16");
        var before = reader.Told.Count;
        Faulty.Heal();
        await reader.UntilAsync(told => told is SyncEvent.Connected);

        Assert.Equal(["IPPool(kept)", "IPPool(new)"], reader.Names.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(reader.Told.Skip(before).OfType<SyncEvent.Changed>().SelectMany(told => told.Changes), change => $"{change.Name}".Contains("kept", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_is_away_at_the_start_is_waited_for()
    {
        await PutPoolAsync("a", "10.0.0.0/16");
        Faulty.Fail("away");
        await using var reader = new Reader(Faulty);
        await reader.UntilAsync(told => told is SyncEvent.Disconnected);
        Faulty.Heal();

        await reader.UntilAsync(told => told is SyncEvent.InSync);

        Assert.Equal(["IPPool(a)"], reader.Names);
    }

    [Fact]
    public async Task A_change_that_the_watch_lost_is_found_by_the_full_compare()
    {
        await using var reader = new Reader(Faulty, new() { CompareEvery = TimeSpan.FromMilliseconds(200) });
        await reader.UntilAsync(told => told is SyncEvent.InSync);
        Faulty.Mute = true;

        await PutPoolAsync("a", "10.0.0.0/16");

        await reader.UntilAsync(_ => reader.Names.Contains("IPPool(a)"));
    }

    [Fact]
    public async Task A_compacted_watch_lists_again()
    {
        await using var reader = new Reader(Faulty);
        await reader.UntilAsync(told => told is SyncEvent.InSync);
        Faulty.Compacted = true;

        await PutPoolAsync("a", "10.0.0.0/16");
        await PutPoolAsync("b", "10.1.0.0/16");

        await reader.UntilAsync(_ => reader.Names.Contains("IPPool(b)"));
        Assert.DoesNotContain(reader.Told, told => told is SyncEvent.Disconnected);
    }

    [Fact]
    public async Task A_bad_value_is_named_and_the_last_good_one_stands_until_it_is_mended()
    {
        await PutPoolAsync("a", "10.0.0.0/16");
        await using var reader = new Reader(Faulty);
        await reader.UntilAsync(told => told is SyncEvent.InSync);

        await Faulty.CommitAsync([StoreWrite.Put(Pools + "a", Encoding.UTF8.GetBytes("{\"kind\":"))], Cancellation);
        var bad = (SyncEvent.Unreadable)await reader.UntilAsync(told => told is SyncEvent.Unreadable);
        Assert.Equal(Pools + "a", bad.Key);
        Assert.Equal("10.0.0.0/16", reader.Pool("a")?.Cidr.ToString());

        await PutPoolAsync("a", "10.9.0.0/16");
        await reader.UntilAsync(_ => reader.Pool("a")?.Cidr.ToString() == "10.9.0.0/16");
    }

    [Fact]
    public async Task A_slow_reader_gets_the_last_state_of_each_key_and_not_every_step()
    {
        await using var reader = new Reader(Faulty);
        await reader.UntilAsync(told => told is SyncEvent.InSync);
        reader.Pause();
        for (var i = 0; i < 500; i++)
            await PutPoolAsync("a", $"10.{i % 250}.0.0/16");
        await PutPoolAsync("last", "10.251.0.0/16");
        while (Faulty.Delivered < 501) // all of it waits for the reader before the reader goes on
            await Task.Delay(1, Cancellation);
        reader.Resume();

        await reader.UntilAsync(_ => reader.Names.Contains("IPPool(last)"));

        Assert.Equal("10.249.0.0/16", reader.Pool("a")?.Cidr.ToString());
        Assert.True(reader.Told.OfType<SyncEvent.Changed>().Sum(told => told.Changes.Count) <= 3);
    }

    [Fact]
    public async Task A_store_put_back_to_an_older_copy_is_told_anew()
    {
        for (var i = 0; i < 5; i++)
            await PutPoolAsync("a", "10.0.0.0/16");
        await PutPoolAsync("b", "10.1.0.0/16");
        await using var reader = new Reader(Faulty);
        await reader.UntilAsync(told => told is SyncEvent.InSync);

        var older = new MemoryStore();
        await older.CommitAsync([StoreWrite.Put(Pools + "a", PoolValue("10.7.0.0/16"))], Cancellation);
        Faulty.Fail("restoring");
        await reader.UntilAsync(told => told is SyncEvent.Disconnected);
        Faulty.Inner = older;
        Faulty.Heal();
        await reader.UntilAsync(told => told is SyncEvent.Connected);

        Assert.Equal("10.7.0.0/16", reader.Pool("a")?.Cidr.ToString());
        Assert.Equal(["IPPool(a)"], reader.Names);
    }

    private static byte[] PoolValue(string cidr) => Encoding.UTF8.GetBytes(
        $$$"""{"kind":"IPPool","apiVersion":"projectcalico.org/v3","metadata":{"name":"x"},"spec":{"cidr":"{{{cidr}}}"}}""");

    private Task<CommitResult> PutPoolAsync(string name, string cidr) =>
        Faulty.Inner.CommitAsync([StoreWrite.Put(Pools + name, PoolValue(cidr))], Cancellation);

    /// <summary>Reads a syncer in the background and keeps what it was told, and the state that this adds up to.</summary>
    private sealed class Reader : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        private readonly SemaphoreSlim _gate = new(1);
        private readonly Task _reading;
        private readonly Dictionary<StoreName, object> _state = [];
        private readonly List<SyncEvent> _told = [];
        private int _examined;

        public Reader(IStore store, SyncerOptions? options = null) =>
            _reading = ReadAsync(new Syncer(store, options ?? new() { RetryDelay = TimeSpan.FromMilliseconds(10) }, TimeProvider.System, NullLogger.Instance));

        public List<SyncEvent> Told
        {
            get
            {
                lock (_told)
                    return [.. _told];
            }
        }

        public List<string> Names
        {
            get
            {
                lock (_told)
                {
                    return [.. _state.Keys.Select(name => name switch
                    {
                        StoreName.OfResource of => $"{of.Id}",
                        StoreName.OfAffinity of => $"affinity {of.Host} {of.Cidr}",
                        _ => $"{name}",
                    })];
                }
            }
        }

        public IPPoolSpec? Pool(string name)
        {
            lock (_told)
                return (_state.GetValueOrDefault(new StoreName.OfResource(new(Kinds.IPPool, null, name))) as Resource<IPPoolSpec>)?.Spec;
        }

        public void Pause() => _gate.Wait(Cancellation);

        public void Resume() => _gate.Release();

        public async Task<SyncEvent> UntilAsync(Func<SyncEvent, bool> expected)
        {
            for (var waited = 0; waited < 500; waited++)
            {
                foreach (var told in Told.Skip(_examined))
                {
                    _examined++;
                    if (expected(told))
                        return told;
                }

                await Task.Delay(10, Cancellation);
            }

            throw new TimeoutException($"not told within 5 s; told: {string.Join(", ", Told)}");
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _reading;
            _stop.Dispose();
            _gate.Dispose();
        }

        private async Task ReadAsync(Syncer syncer)
        {
            try
            {
                await foreach (var told in syncer.ReadAsync(_stop.Token))
                {
                    await _gate.WaitAsync(_stop.Token);
                    _gate.Release();
                    Take(told);
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }

        private void Take(SyncEvent told)
        {
            lock (_told)
            {
                foreach (var change in told is SyncEvent.Changed changed ? changed.Changes : [])
                {
                    if (change.Value is { } value)
                        _state[change.Name] = value;
                    else
                        _state.Remove(change.Name);
                }

                _told.Add(told);
            }
        }
    }
}
