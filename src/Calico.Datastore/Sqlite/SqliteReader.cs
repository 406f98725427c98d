using Microsoft.Data.Sqlite;

namespace Calico.Datastore.Sqlite;

/// <summary>The questions that are asked of the file, on one connection.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class SqliteReader(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = [];

    public StoredValue? Get(string key)
    {
        using var rows = Prepare("SELECT value, revision FROM kv WHERE key = $1", key).ExecuteReader();
        return rows.Read() ? new(key, rows.GetFieldValue<byte[]>(0), rows.GetInt64(1)) : null;
    }

    public Listing List(string prefix) => Snapshot(() => new Listing(Items(prefix), Revisions().Newest));

    /// <summary>As of an earlier revision.</summary>
    public Listing ListAt(string prefix, long revision) => Snapshot(() =>
    {
        var (newest, compacted) = Revisions();
        var past = new PastListing(prefix, revision, newest, compacted);
        using (var changes = Prepare("SELECT revision, key, value FROM history WHERE key >= $1 ORDER BY revision", prefix).ExecuteReader())
        {
            while (changes.Read())
                past.Change(changes.GetString(1), changes.IsDBNull(2) ? null : changes.GetFieldValue<byte[]>(2), changes.GetInt64(0));
        }

        return past.Make(Items(prefix));
    });

    public List<string> ListKeys(string prefix)
    {
        var keys = new List<string>();
        using var rows = Prepare("SELECT key FROM kv WHERE key >= $1 ORDER BY key", prefix).ExecuteReader();
        while (rows.Read() && rows.GetString(0) is var key && key.StartsWith(prefix, StringComparison.Ordinal))
            keys.Add(key);
        return keys;
    }

    /// <summary>Changes after a revision, of whole commits, in order.</summary>
    /// <exception cref="CompactedException">Some of them are no longer kept, or the file was put back to before the revision.</exception>
    public (List<StoreEvent> Events, long Seen) ChangesAfter(long revision) => Snapshot(() => ReadChangesAfter(revision));

    public (long Newest, long Compacted) Revisions()
    {
        using var rows = Prepare("SELECT revision, compacted FROM state").ExecuteReader();
        return rows.Read() ? (rows.GetInt64(0), rows.GetInt64(1)) : default;
    }

    /// <summary>When the first key is to be deleted, in milliseconds of Unix time; null where none is.</summary>
    public long? NextLapse() => Prepare("SELECT min(time) FROM lapse").ExecuteScalar() as long?;

    public List<string> LapsedBy(long time)
    {
        var keys = new List<string>();
        using var rows = Prepare("SELECT key FROM lapse WHERE time <= $1", time).ExecuteReader();
        while (rows.Read())
            keys.Add(rows.GetString(0));
        return keys;
    }

    /// <summary>Several questions answered as of one moment.</summary>
    public T Snapshot<T>(Func<T> read) => InTransaction("BEGIN", read);

    /// <summary>Alone among all writers; if the work fails nothing of it is kept.</summary>
    public T Write<T>(Func<T> write) => InTransaction("BEGIN IMMEDIATE", write);

    /// <summary>A statement with its parameters $1, $2, … set; compiled once.</summary>
    public SqliteCommand Prepare(string sql, params ReadOnlySpan<object?> parameters)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 1; i <= parameters.Length; i++)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            _prepared.Add(sql, command);
        }

        for (var i = 0; i < parameters.Length; i++)
            command.Parameters[i].Value = parameters[i] ?? DBNull.Value;
        return command;
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
            command.Dispose();
        connection.Dispose();
    }

    private List<StoredValue> Items(string prefix)
    {
        var items = new List<StoredValue>();
        using var rows = Prepare("SELECT key, value, revision FROM kv WHERE key >= $1 ORDER BY key", prefix).ExecuteReader();
        while (rows.Read() && rows.GetString(0) is var key && key.StartsWith(prefix, StringComparison.Ordinal))
            items.Add(new(key, rows.GetFieldValue<byte[]>(1), rows.GetInt64(2)));
        return items;
    }

    private (List<StoreEvent> Events, long Seen) ReadChangesAfter(long revision)
    {
        var (newest, compacted) = Revisions();
        if (revision < compacted || revision > newest)
            throw new CompactedException(compacted);
        if (revision == newest)
            return ([], newest);

        var events = new List<StoreEvent>();
        using var rows = Prepare("SELECT revision, key, value FROM history WHERE revision > $1 ORDER BY revision, key", revision).ExecuteReader();
        while (rows.Read())
        {
            var (made, key) = (rows.GetInt64(0), rows.GetString(1));
            events.Add(new(key, rows.IsDBNull(2) ? null : new StoredValue(key, rows.GetFieldValue<byte[]>(2), made), made));
        }

        return (events, newest);
    }

    /// <remarks>Plain statements, for the library's own transactions want each prepared command to be told of them.</remarks>
    private T InTransaction<T>(string begin, Func<T> work)
    {
        Prepare(begin).ExecuteNonQuery();
        try
        {
            var result = work();
            Prepare("COMMIT").ExecuteNonQuery();
            return result;
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    private void RollBack()
    {
        try
        {
            Prepare("ROLLBACK").ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // Some faults, such as a full disk, roll back by themselves: then there is nothing left to do.
        }
    }
}
