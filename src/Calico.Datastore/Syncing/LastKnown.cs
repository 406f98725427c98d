using System.Buffers.Binary;
using System.Text;
using Calico.Datastore.Files;
using Microsoft.Extensions.Logging;

namespace Calico.Datastore.Syncing;

/// <summary>What was last known of the store, in a file: a start without the store works from it.</summary>
/// <remarks>
/// A snapshot as it was listed, then each change as it came; written anew when the changes outweigh the snapshot. It is handed to the operating system
/// at once but not flushed, so a power cut may leave it a little older, never half. One owner, the syncer's loop. A disk that fails or is full is
/// logged, and what runs goes on without.
/// </remarks>
public sealed partial class LastKnown(string path, string store, TimeProvider time, ILogger log) : IDisposable
{
    private const long MostChanges = 16 << 20; // bytes, beyond what the snapshot itself takes

    private RecordLog? _file;
    private long _snapshot;
    private bool _failed;

    private enum Record : byte
    {
        /// <summary>Of which store.</summary>
        Store,

        /// <summary>Revision (8 bytes), length of the key (4), key, value.</summary>
        Put,

        /// <summary>The key.</summary>
        Delete,

        /// <summary>The snapshot is whole: when it was taken, in milliseconds since 1970 (8 bytes).</summary>
        Whole,
    }

    /// <summary>True when nothing has been written by this process, or what is written is mostly outdated: the next full listing is to be written whole.</summary>
    internal bool WantsSnapshot => _file is null || _file.Length > (2 * _snapshot) + MostChanges;

    /// <summary>What the file holds, and when its snapshot was taken; null if there is none, or it is of another store.</summary>
    public (IReadOnlyList<StoredValue> Items, DateTimeOffset Taken)? Read()
    {
        var (items, taken, ours) = (new Dictionary<string, StoredValue>(), default(DateTimeOffset?), false);
        try
        {
            RecordLog.Read(path, record => Take(record, items, ref taken, ref ours));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Unreadable(path, e.Message);
            return null;
        }

        return ours && taken is { } since ? ([.. items.Values], since) : null;
    }

    /// <summary>Writes a whole listing in place of all there was.</summary>
    internal void Write(IEnumerable<StoredValue> items) => Try(() =>
    {
        _file?.Dispose();
        _file = null;
        var next = RecordLog.Create(path + ".next");
        _file = next;
        next.Append([(byte)Record.Store, .. Encoding.UTF8.GetBytes(store)]);
        next.Append(items.Select(Bytes));
        var whole = new byte[9];
        whole[0] = (byte)Record.Whole;
        BinaryPrimitives.WriteInt64LittleEndian(whole.AsSpan(1), time.GetUtcNow().ToUnixTimeMilliseconds());
        next.Append(whole);
        next.TakePlaceOf(path);
        _snapshot = next.Length;
        _failed = false;
    });

    internal void Put(StoredValue stored) => Change(Bytes(stored));

    internal void Delete(string key) => Change([(byte)Record.Delete, .. Encoding.UTF8.GetBytes(key)]);

    public void Dispose() => _file?.Dispose();

    private void Change(byte[] record)
    {
        if (_file is { } file)
            Try(() => file.Append(record));
    }

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_failed)
                Unwritable(path, e.Message);
            _failed = true;
            _file?.Dispose();
            _file = null; // the next full listing tries again
        }
    }

    private void Take(ReadOnlyMemory<byte> record, Dictionary<string, StoredValue> items, ref DateTimeOffset? taken, ref bool ours)
    {
        var body = record.Span[1..];
        switch ((Record)record.Span[0])
        {
            case Record.Store:
                ours = Encoding.UTF8.GetString(body) == store;
                break;
            case Record.Put:
                var length = BinaryPrimitives.ReadInt32LittleEndian(body[8..]);
                var key = Encoding.UTF8.GetString(body.Slice(12, length));
                items[key] = new(key, record[(13 + length)..], BinaryPrimitives.ReadInt64LittleEndian(body));
                break;
            case Record.Delete:
                items.Remove(Encoding.UTF8.GetString(body));
                break;
            case Record.Whole:
                taken = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(body));
                break;
            default:
                break; // of a newer version
        }
    }

    private static byte[] Bytes(StoredValue stored)
    {
        var keyLength = Encoding.UTF8.GetByteCount(stored.Key);
        var record = new byte[13 + keyLength + stored.Value.Length];
        record[0] = (byte)Record.Put;
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(1), stored.Revision);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(9), keyLength);
        Encoding.UTF8.GetBytes(stored.Key, record.AsSpan(13));
        stored.Value.Span.CopyTo(record.AsSpan(13 + keyLength));
        return record;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} cannot be read, so nothing is known until the datastore answers: {Reason}")]
    private partial void Unreadable(string path, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} cannot be written: a start without the datastore would not know what is known now: {Reason}")]
    private partial void Unwritable(string path, string reason);
}
