using Microsoft.Data.Sqlite;

namespace Calico.Datastore.Sqlite;

/// <summary>The tables, and the settings of every connection.</summary>
internal static class SqliteSchema
{
    /// <summary>In <c>PRAGMA user_version</c>; a file with a higher one was made by a newer version of this program.</summary>
    public const int Version = 2;

    /// <summary>"CALI", in <c>PRAGMA application_id</c>: tells our files from anybody else's.</summary>
    private const int ApplicationId = 0x43414c49;

    private const string Tables =
        """
        CREATE TABLE kv (key TEXT PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE history (revision INTEGER, key TEXT, value BLOB, time INTEGER NOT NULL, author TEXT NOT NULL,
            PRIMARY KEY (revision, key)) WITHOUT ROWID;
        CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 0), revision INTEGER NOT NULL, compacted INTEGER NOT NULL);
        INSERT INTO state VALUES (0, 0, 0);
        """;

    /// <summary>Version 2: which keys are deleted when, in milliseconds of Unix time.</summary>
    private const string Lapses = "CREATE TABLE lapse (key TEXT PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID; CREATE INDEX lapse_time ON lapse (time)";

    /// <summary>Opens the file, waiting for other processes no longer than the deadline.</summary>
    /// <remarks>
    /// WAL lets readers and one writer work at once. synchronous=FULL costs a flush a transaction, which commits in a queue share,
    /// and without it a power cut could forget an address that Docker remembers.
    /// </remarks>
    public static SqliteConnection Connect(string path, TimeSpan deadline)
    {
        var text = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            DefaultTimeout = (int)Math.Ceiling(deadline.TotalSeconds),
        };
        var connection = new SqliteConnection(text.ConnectionString);
        try
        {
            connection.Open();
            connection.Run($"PRAGMA busy_timeout = {(int)deadline.TotalMilliseconds}");
            connection.Run("PRAGMA journal_mode = WAL");
            connection.Run("PRAGMA synchronous = FULL");
            connection.Run("PRAGMA journal_size_limit = 16777216");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Makes the tables in a new file, and those that a file of an earlier version lacks; refuses a file that is not ours or is newer.</summary>
    /// <exception cref="DatastoreException">The file is not one that this version can use.</exception>
    public static void Prepare(SqliteConnection connection, string path)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = connection.Number("PRAGMA user_version");
        var application = connection.Number("PRAGMA application_id");
        if (version == 0 && application == 0 && connection.Number("SELECT count(*) FROM sqlite_schema") == 0)
        {
            connection.Run(Tables);
            connection.Run($"PRAGMA application_id = {ApplicationId}");
        }
        else if (application != ApplicationId)
        {
            throw new DatastoreException($"{path} is a database of some other program: name another file for the embedded store");
        }
        else if (version > Version)
        {
            throw new DatastoreException(
                $"{path} was written by a newer version (its schema is {version}, this program knows {Version}): upgrade this program, or put back a backup");
        }

        if (version < 2)
        {
            connection.Run(Lapses);
            connection.Run($"PRAGMA user_version = {Version}");
        }

        transaction.Commit();
    }

    public static void Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static long Number(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(command.ExecuteScalar() ?? 0L);
    }
}
