using System.Net;
using System.Text.Json;
using Calico.Datastore.Files;

namespace Calico.Plugins.Offline;

/// <summary>What this host did without the store, on its disk before it takes effect, until the store has it.</summary>
/// <remarks>Safe for several threads. A line is flushed to the disk before the call returns; one that cannot be written did not happen.</remarks>
internal sealed class Journal : IDisposable
{
    /// <summary>Beyond that a journal with nothing pending is written anew.</summary>
    private const long LargestFile = 1 << 20;

    private readonly Lock _lock = new(); // guards the fields below
    private readonly string _path;
    private readonly JournalState _state = new();
    private RecordLog _log;

    private Journal(string path)
    {
        _path = path;
        _log = RecordLog.Open(path, line => _state.Apply(Parse(line)));
    }

    /// <summary>Called after each change of what is pending, by whoever made it.</summary>
    public Action Changed { get; set; } = () => { };

    public IReadOnlyList<JournalRecord> Pending
    {
        get
        {
            lock (_lock)
                return [.. _state.Pending];
        }
    }

    public int FreeCount
    {
        get
        {
            lock (_lock)
                return _state.Free.Count;
        }
    }

    public long Epoch
    {
        get
        {
            lock (_lock)
                return _state.Epoch;
        }
    }

    /// <exception cref="IOException">It cannot be opened.</exception>
    public static Journal Open(string path)
    {
        try
        {
            return new(path);
        }
        catch (JsonException e)
        {
            throw new IOException($"{path} has a line that cannot be read, perhaps of a newer version: {e.Message}; move it away if what this host did without the datastore may be forgotten", e);
        }
    }

    /// <summary>Gives an address out that the store has as this host's.</summary>
    /// <returns>Null if there is none that fits.</returns>
    /// <exception cref="PluginException">The disk refuses: nothing was given out.</exception>
    public IPAddress? Assign(Func<IPAddress, bool> fits, string handle, DateTimeOffset at)
    {
        IPAddress? found;
        lock (_lock)
        {
            found = _state.Free.Keys.FirstOrDefault(fits);
            if (found is null)
                return null;

            Append(new() { Do = JournalVerb.Assign, Address = found, From = _state.Free[found], Handle = handle, At = at });
        }

        Changed();
        return found;
    }

    /// <summary>The handle that an address was given to here; null if it was not, or the store has it by now.</summary>
    public string? HolderOf(IPAddress address)
    {
        lock (_lock)
            return _state.HolderOf(address);
    }

    /// <exception cref="PluginException">The disk refuses: it did not happen.</exception>
    public void Write(JournalRecord record)
    {
        lock (_lock)
            Append(record);
        Changed();
    }

    /// <summary>What the store says is in reserve, read since the epoch.</summary>
    /// <returns>False if something happened since: then it is not to be relied on.</returns>
    public bool SetReserve(string handle, IReadOnlyList<IPAddress> addresses, long epoch)
    {
        lock (_lock)
        {
            if (_state.Epoch != epoch || _state.Pending.Count > 0)
                return false;
            if (_state.Free.Count != addresses.Count || !addresses.All(_state.Free.ContainsKey))
                Append(new() { Do = JournalVerb.Reserve, From = handle, Addresses = addresses });
            return true;
        }
    }

    /// <summary>The next line to be written into the store; null if there is none. From now on the store may have it.</summary>
    public JournalRecord? Begin()
    {
        lock (_lock)
        {
            if (_state.Pending is not [var first, ..])
                return null;

            if (!_state.IsBegun(first))
                Append(new() { Do = JournalVerb.Begin, Number = first.Number });
            return first;
        }
    }

    /// <summary>The store has it, or will never.</summary>
    public void Done(JournalRecord record)
    {
        lock (_lock)
        {
            Append(new() { Do = JournalVerb.Done, Number = record.Number });
            if (_state.Pending.Count == 0 && _log.Length > LargestFile)
                Shorten();
        }

        Changed();
    }

    public void Dispose()
    {
        lock (_lock)
            _log.Dispose();
    }

    private void Append(JournalRecord record)
    {
        if (record.Do is not (JournalVerb.Begin or JournalVerb.Done or JournalVerb.Reserve))
            record = record with { Number = _state.Next };
        var before = _log.Length;
        try
        {
            _log.Append(JsonSerializer.SerializeToUtf8Bytes(record, JournalJson.Default.JournalRecord));
            _log.Sync();
        }
        catch (IOException e)
        {
            _log.CutTo(before);
            throw new PluginException($"the datastore is away and this host's journal cannot be written: {e.Message} ({_path}): free some space there, or bring the datastore back", e);
        }

        _state.Apply(record);
    }

    private void Shorten()
    {
        var next = RecordLog.Create(_path + ".next");
        foreach (var line in _state.Essence())
            next.Append(JsonSerializer.SerializeToUtf8Bytes(line, JournalJson.Default.JournalRecord));
        next.TakePlaceOf(_path);
        _log.Dispose();
        _log = next;
    }

    private static JournalRecord Parse(ReadOnlyMemory<byte> line) =>
        JsonSerializer.Deserialize(line.Span, JournalJson.Default.JournalRecord) ?? throw new JsonException("a line is null");
}
