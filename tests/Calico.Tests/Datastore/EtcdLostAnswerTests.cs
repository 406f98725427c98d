using System.Text;
using Calico.Datastore;
using Calico.Datastore.Etcd;
using Calico.Model.Values;

namespace Calico.Tests.Datastore;

/// <summary>A commit reaches etcd, or does not, and its answer is lost either way: the client asks again, and others have written meanwhile.</summary>
public sealed class EtcdLostAnswerTests : IClassFixture<EtcdStoreTests.OneMember>, IAsyncLifetime
{
    private readonly EtcdStoreTests.OneMember _etcd;
    private readonly Relay _relay;
    private readonly EtcdStore _store;
    private readonly EtcdStore _other;

    public EtcdLostAnswerTests(EtcdStoreTests.OneMember etcd)
    {
        (_etcd, _other) = (etcd, etcd.Cluster.Open());
        _relay = new(etcd.Cluster.Endpoints[0]);
        _store = new(new() { Endpoints = new[] { _relay.Endpoint, etcd.Cluster.Endpoints[0] }.ToValueList() }, new Patient());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _etcd.Cluster.ClearAsync();

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _other.DisposeAsync();
        await _relay.DisposeAsync();
    }

    [Fact]
    public async Task What_was_done_and_then_overwritten_is_told_as_done()
    {
        var start = await PutAsync("/calico/a", "start");

        var (result, done) = await LoseAnswerAsync([Put("/calico/a", "ours", start)], async () =>
        {
            await PutAsync("/calico/a", "theirs");
            await PutAsync("/calico/a", "theirs again");
        });

        Assert.Equal(new CommitResult.Committed(done), result);
        Assert.Equal("theirs again", await TextAsync("/calico/a"));
    }

    [Fact]
    public async Task What_was_created_and_then_overwritten_is_told_as_done()
    {
        var (result, done) = await LoseAnswerAsync([Put("/calico/a", "ours", 0), Put("/calico/c", "ours too", null)], () => PutAsync("/calico/a", "theirs"));

        Assert.Equal(new CommitResult.Committed(done), result);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_done_then_deleted_and_made_again_by_another_is_told_as_done(bool isNew)
    {
        var start = isNew ? 0 : await PutAsync("/calico/a", "start");

        var (result, done) = await LoseAnswerAsync([Put("/calico/a", "ours", start)], async () =>
        {
            await DeleteAsync("/calico/a");
            await PutAsync("/calico/a", "theirs");
        });

        Assert.Equal(new CommitResult.Committed(done), result);
    }

    [Fact]
    public async Task What_was_done_and_stands_is_told_with_the_revision_that_it_has()
    {
        var start = await PutAsync("/calico/a", "start");

        var (result, done) = await LoseAnswerAsync([Put("/calico/a", "ours", start), Put("/calico/b", "ours", 0)], () => PutAsync("/calico/c", "theirs"));

        Assert.Equal(new CommitResult.Committed(done), result);
    }

    [Theory]
    [InlineData("theirs")]
    [InlineData("ours")] // by chance: the other key of the commit shows that it is not it
    public async Task What_never_arrived_is_refused_when_another_came_first(string theirs)
    {
        var start = await PutAsync("/calico/a", "start");
        await ConnectAsync();
        _relay.KeepsRequests = true;
        var committing = _store.CommitAsync([Put("/calico/a", "ours", start), Put("/calico/b", "ours", 0)], Cancellation);
        await _relay.Kept.WaitAsync(Cancellation);
        await PutAsync("/calico/a", theirs);
        await PutAsync("/calico/a", "theirs again");
        _relay.Cut();

        Assert.Equal("/calico/a", Assert.IsType<CommitResult.Conflict>(await committing.WaitAsync(Cancellation)).Key);
        Assert.Equal("", await TextAsync("/calico/b"));
    }

    [Fact]
    public async Task What_was_created_by_another_is_refused()
    {
        await ConnectAsync();
        _relay.KeepsRequests = true;
        var committing = _store.CommitAsync([Put("/calico/a", "ours", 0)], Cancellation);
        await _relay.Kept.WaitAsync(Cancellation);
        await PutAsync("/calico/a", "theirs");
        _relay.Cut();

        Assert.Equal("/calico/a", Assert.IsType<CommitResult.Conflict>(await committing.WaitAsync(Cancellation)).Key);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_it_can_no_longer_be_told_that_is_said(bool isCompacted)
    {
        var start = await PutAsync("/calico/a", "start");

        var error = await Assert.ThrowsAsync<DatastoreException>(() => LoseAnswerAsync([Put("/calico/a", "ours", start)], async () =>
        {
            if (isCompacted)
                await _etcd.Cluster.ControlAsync("compact", $"{await PutAsync("/calico/a", "theirs")}");
            else
                await DeleteAsync("/calico/a");
        }));

        Assert.Contains("whether that was done can no longer be told", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The commit is carried out, its answer is kept back; then the others have their turn, and the connection is lost.</summary>
    private async Task<(CommitResult Result, long Done)> LoseAnswerAsync(StoreWrite[] writes, Func<Task> meanwhile)
    {
        await ConnectAsync();
        _relay.KeepsAnswers = true;
        var committing = _store.CommitAsync(writes, Cancellation);
        var done = await _other.GetAsync(writes[0].Key, Cancellation);
        while (done is null || !done.Value.Span.SequenceEqual(writes[0].Value.GetValueOrDefault().Span))
        {
            await Task.Delay(5, Cancellation);
            done = await _other.GetAsync(writes[0].Key, Cancellation);
        }

        await meanwhile();
        Assert.False(committing.IsCompleted);
        _relay.Cut();
        return (await committing.WaitAsync(Cancellation), done.Revision);
    }

    /// <summary>By way of the relay, so that it is a connection that stands which is lost.</summary>
    private async Task ConnectAsync() => await _store.GetAsync("/calico/a", Cancellation);

    private static StoreWrite Put(string key, string value, long? expected) => StoreWrite.Put(key, Encoding.UTF8.GetBytes(value), expected);

    private async Task<long> PutAsync(string key, string value) =>
        Assert.IsType<CommitResult.Committed>(await _other.CommitAsync([Put(key, value, null)], Cancellation)).Revision;

    private Task<CommitResult> DeleteAsync(string key) => _other.CommitAsync([StoreWrite.Delete(key)], Cancellation);

    private async Task<string> TextAsync(string key) =>
        await _other.GetAsync(key, Cancellation) is { } stored ? Encoding.UTF8.GetString(stored.Value.Span) : "";

    /// <summary>Nothing ever takes too long.</summary>
    private sealed class Patient : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
