using Calico.Datastore;
using Calico.Datastore.Sqlite;
using Calico.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Datastore;

public sealed class SqliteStoreTests : StoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string DatabasePath => Path.Combine(_folder.Path, "calico", "calico.db");

    public void Dispose() => _folder.Dispose();

    protected override Task<IStore> OpenAsync() => Task.FromResult<IStore>(Open());

    [Fact]
    public async Task Folder_and_file_are_made_for_root_alone()
    {
        await using var store = Open();
        await PutAsync(store, "/calico/a", "1");

        Assert.Equal("rwx------", Mode(Path.GetDirectoryName(DatabasePath)));
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(DatabasePath) ?? ""))
            Assert.Equal("rw-------", Mode(file));

        static string Mode(string? path) => string.Concat(
            Enumerable.Range(0, 9).Select(bit => ((int)File.GetUnixFileMode(path ?? "") & (256 >> bit)) == 0 ? '-' : "rwx"[bit % 3]));
    }

    [Fact]
    public async Task What_was_committed_is_there_after_reopening_and_revisions_go_on()
    {
        long revision;
        await using (var store = Open())
            revision = await PutAsync(store, "/calico/a", "1");

        await using var again = Open();

        Assert.Equal("1", Text(await again.GetAsync("/calico/a", Cancellation)));
        Assert.Equal(revision + 1, await PutAsync(again, "/calico/b", "2"));
    }

    [Fact]
    public async Task Two_openings_of_one_file_share_one_order_and_wake_each_other_at_once()
    {
        await using var one = Open(poll: TimeSpan.FromMinutes(1));
        await using var other = Open(poll: TimeSpan.FromMinutes(1));
        var revision = await PutAsync(one, "/calico/a", "0");
        await using var watch = other.WatchAsync("/calico/", revision, Cancellation).GetAsyncEnumerator(Cancellation);
        var waits = new List<TimeSpan>();

        for (var i = 0; i < 20; i++)
        {
            var next = watch.MoveNextAsync().AsTask();
            await Task.Delay(10, Cancellation); // the watch waits by now
            await PutAsync(one, "/calico/a", $"{i}");
            var written = TimeProvider.System.GetTimestamp();
            Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
            waits.Add(TimeProvider.System.GetElapsedTime(written));
            Assert.Equal($"{i}", Text(watch.Current.Value));
        }

        // On a quiet machine the median is well under a millisecond; other tests run beside this one.
        Assert.True(waits.Order().ElementAt(10) < TimeSpan.FromMilliseconds(20), $"median {waits.Order().ElementAt(10)}");
    }

    [Fact]
    public async Task A_change_that_nobody_announced_is_found_by_the_slow_poll()
    {
        await using var store = Open(poll: TimeSpan.FromMilliseconds(50));
        var revision = await PutAsync(store, "/calico/a", "0");
        await using var watch = store.WatchAsync("/calico/", revision, Cancellation).GetAsyncEnumerator(Cancellation);
        var next = watch.MoveNextAsync().AsTask();
        await Task.Delay(20, Cancellation);

        Execute("INSERT INTO kv VALUES ('/calico/b', x'31', 2); INSERT INTO history VALUES (2, '/calico/b', x'31', 0, ''); UPDATE state SET revision = 2");

        Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
        Assert.Equal("/calico/b", watch.Current.Key);
    }

    [Fact]
    public async Task A_key_whose_writer_has_ended_is_deleted_by_whoever_has_the_file_open()
    {
        await using var stays = Open();
        await using (var ends = Open())
        {
            await CommitAsync(ends, StoreWrite.Put("/calico/a", Bytes("1")) with { TimeToLive = TimeSpan.FromSeconds(1) });
            await CommitAsync(ends, StoreWrite.Put("/calico/b", Bytes("1")) with { TimeToLive = TimeSpan.FromSeconds(2) });
        }

        for (var tries = 0; tries < 300 && (await stays.ListKeysAsync("/calico/", Cancellation)).Count > 0; tries++)
            await Task.Delay(100, Cancellation);
        Assert.Empty(await stays.ListKeysAsync("/calico/", Cancellation));
    }

    [Fact]
    public async Task A_file_of_the_first_version_is_gone_on_with()
    {
        await using (var old = Open())
            await PutAsync(old, "/calico/a", "1");
        Execute("DROP TABLE lapse; PRAGMA user_version = 1");

        await using var store = Open();

        Assert.Equal("1", Text(await store.GetAsync("/calico/a", Cancellation)));
        await CommitAsync(store, StoreWrite.Put("/calico/b", Bytes("1")) with { TimeToLive = TimeSpan.FromMilliseconds(1) });
        for (var tries = 0; tries < 300 && await store.GetAsync("/calico/b", Cancellation) is not null; tries++)
            await Task.Delay(100, Cancellation);
        Assert.Null(await store.GetAsync("/calico/b", Cancellation));
    }

    [Fact]
    public async Task Writers_in_several_openings_lose_no_update()
    {
        await using var first = Open();
        await PutAsync(first, "/calico/counter", "0");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(RaiseAsync, Cancellation)));

        Assert.Equal("80", Text(await first.GetAsync("/calico/counter", Cancellation)));

        async Task RaiseAsync()
        {
            await using var store = Open();
            for (var raised = 0; raised < 20;)
            {
                var now = await store.GetAsync("/calico/counter", Cancellation);
                var next = Bytes($"{int.Parse(Text(now), null) + 1}");
                if (await store.CommitAsync([StoreWrite.Put("/calico/counter", next, now?.Revision)], Cancellation) is CommitResult.Committed)
                    raised++;
            }
        }
    }

    [Fact]
    public async Task History_is_bounded_and_a_watch_from_before_it_says_so()
    {
        await using var store = Open(kept: 100);
        for (var i = 0; i < 600; i++)
            await PutAsync(store, "/calico/a", $"{i}");

        await using var watch = store.WatchAsync("/calico/", 1, Cancellation).GetAsyncEnumerator(Cancellation);

        var compacted = await Assert.ThrowsAsync<CompactedException>(async () => await watch.MoveNextAsync());
        Assert.InRange(compacted.Oldest, 400, 500);
        await using var later = store.WatchAsync("/calico/", compacted.Oldest, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await later.MoveNextAsync());
        Assert.Equal(compacted.Oldest + 1, later.Current.Revision);
    }

    [Fact]
    public async Task Each_change_is_kept_with_its_author_and_time()
    {
        await using (var store = Open())
            await PutAsync(store, "/calico/a", "1");

        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT author, time FROM history";
        using var rows = command.ExecuteReader();
        Assert.True(rows.Read());
        Assert.Equal("tests", rows.GetString(0));
        Assert.InRange(rows.GetInt64(1), DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused_and_left_alone()
    {
        await using (var store = Open())
            await PutAsync(store, "/calico/a", "1");
        Execute("PRAGMA user_version = 7");

        var error = Assert.Throws<DatastoreException>(() => Open());

        Assert.Contains(DatabasePath, error.Message, StringComparison.Ordinal);
        Assert.Contains("newer version (its schema is 7", error.Message, StringComparison.Ordinal);
        Execute("PRAGMA user_version = 2");
        await using var again = Open();
        Assert.NotNull(await again.GetAsync("/calico/a", Cancellation));
    }

    [Fact]
    public void A_file_that_is_no_database_or_another_programs_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(DatabasePath) ?? "");
        File.WriteAllText(DatabasePath, new string('x', 5000));
        var noDatabase = Assert.Throws<DatastoreException>(() => Open());
        Assert.Equal(5000, new FileInfo(DatabasePath).Length);

        File.Delete(DatabasePath);
        Execute("CREATE TABLE contacts (name TEXT)");
        var anothers = Assert.Throws<DatastoreException>(() => Open());

        Assert.Contains($"{DatabasePath}: ", noDatabase.Message, StringComparison.Ordinal);
        Assert.Contains("put back a backup", noDatabase.Message, StringComparison.Ordinal);
        Assert.Contains("some other program", anothers.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, "run as root")]
    [InlineData(11, "put back a backup")]
    [InlineData(13, "free some space")]
    public void Each_fault_of_the_file_names_it_and_the_remedy(int code, string remedy)
    {
        var fault = SqliteFaults.Explain(DatabasePath, new SqliteException("as SQLite says it", code));

        Assert.StartsWith($"{DatabasePath}: as SQLite says it", fault.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_held_by_another_process_is_named_after_the_deadline_and_used_once_it_is_free()
    {
        await using var store = Open(deadline: TimeSpan.FromMilliseconds(200));
        using (var holder = Connect())
        {
            using var transaction = holder.BeginTransaction(deferred: false);
            var error = await Assert.ThrowsAsync<DatastoreException>(() => PutAsync(store, "/calico/a", "1"));
            Assert.Contains(DatabasePath, error.Message, StringComparison.Ordinal);
            Assert.Contains("another process", error.Message, StringComparison.Ordinal);
        }

        await PutAsync(store, "/calico/a", "1");
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "calico"), "a file where the folder belongs");

        Assert.Contains(_folder.Path, Assert.Throws<DatastoreException>(() => Open()).Message, StringComparison.Ordinal);
    }

    private SqliteStore Open(TimeSpan? poll = null, int kept = 10_000, TimeSpan? deadline = null) => SqliteStore.Open(
        new()
        {
            Path = DatabasePath,
            Author = "tests",
            KeptRevisions = kept,
            SafetyPoll = poll ?? TimeSpan.FromSeconds(1),
            Deadline = deadline ?? TimeSpan.FromSeconds(10),
        },
        TimeProvider.System,
        NullLogger.Instance);

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        return connection;
    }

    private void Execute(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
