using Calico.Datastore;
using Calico.Datastore.Memory;

namespace Calico.Tests.Datastore;

public sealed class MemoryStoreTests : StoreContract
{
    protected override Task<IStore> OpenAsync() => Task.FromResult<IStore>(new MemoryStore());

    [Fact]
    public async Task A_watch_from_before_what_is_kept_says_so()
    {
        await using var store = new MemoryStore();
        var first = await PutAsync(store, "/calico/a", "1");
        var second = await PutAsync(store, "/calico/a", "2");
        store.Compact(second);

        await using var watch = store.WatchAsync("/calico/", first, Cancellation).GetAsyncEnumerator(Cancellation);

        var compacted = await Assert.ThrowsAsync<CompactedException>(async () => await watch.MoveNextAsync());
        Assert.Equal(second, compacted.Oldest);
    }
}
