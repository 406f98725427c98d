using Microsoft.Data.Sqlite;

namespace Calico.Datastore.Sqlite;

/// <summary>SQLite's error codes in words, with what to do.</summary>
internal static class SqliteFaults
{
    private const int Busy = 5, Locked = 6, ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    public static DatastoreException Explain(string path, SqliteException fault)
    {
        var folder = Path.GetDirectoryName(path);
        var remedy = fault.SqliteErrorCode switch
        {
            Busy or Locked => "another process has held it too long: see who with 'fuser', then try again",
            ReadOnly or CannotOpen => $"this user may not write it: run as root, or check the rights on {folder}",
            Full => $"the disk is full: free some space on {folder}; nothing was lost and work goes on by itself then",
            IoError => $"the disk failed or is full: check {folder} and the kernel's log",
            Corrupt or NotADatabase => "it is damaged or not a database: move it away and put back a backup, or let a new one be made",
            _ => "unexpected; the file is left as it is",
        };
        return new($"{path}: {fault.Message.TrimEnd('.')}: {remedy}", fault);
    }
}
