using System.Text;
using Calico.Checker.Histories;
using Calico.Datastore;
using Calico.Ipam;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Checker.Workers;

/// <summary>Reads, swaps, and takes and gives back addresses as a host would, at random, until it is told to stop or is killed.</summary>
internal sealed class Client(WorkerOptions options, Recorder record)
{
    private const int Keys = 12, MostHandles = 12;

    private readonly Random _random = new();
    private readonly Dictionary<string, (string? Value, long Revision)> _known = [];
    private readonly List<string> _handles = [.. Held(options.Output)];

    public async Task RunAsync()
    {
        await using var store = options.Open();
        var ipam = new IpamClient(store, new(store, options.Name, TimeProvider.System, NullLogger.Instance), TimeProvider.System, NullLogger.Instance);
        while (_handles.Count > 0 && !options.IsStopped) // what an earlier run of this client left
            await ReleaseAsync(ipam, _handles[0]);
        while (!options.IsStopped)
        {
            await StepAsync(store, ipam);
            await Task.Delay(_random.Next(options.PauseMilliseconds + 1));
        }
    }

    private Task StepAsync(IStore store, IpamClient ipam) => _random.Next(20) switch
    {
        < 4 => ReadAsync(store, NewKey()),
        < 11 => SwapAsync(store, [NewKey()], isDelete: false),
        < 13 => SwapAsync(store, [NewKey(), OwnKey], isDelete: false),
        13 => SwapAsync(store, [OwnKey, NewKey()], isDelete: true),
        < 18 when _handles.Count < MostHandles => AllocateAsync(ipam),
        _ when _handles.Count > 0 => ReleaseAsync(ipam, _handles[_random.Next(_handles.Count)]),
        _ => ReadAsync(store, OwnKey),
    };

    private string OwnKey => $"{WorkerOptions.Root}own-{options.Name}";

    private string NewKey() => $"{WorkerOptions.Root}key-{_random.Next(Keys)}";

    private async Task ReadAsync(IStore store, string key)
    {
        var id = record.NewId();
        record.Begin(new() { Do = "read", Id = id, Key = key });
        try
        {
            var found = await store.GetAsync(key, CancellationToken.None);
            _known[key] = (Text(found), found?.Revision ?? 0);
            record.End(id, Ending.Done, new() { Do = "end", Value = Text(found), Revision = found?.Revision ?? 0 });
        }
        catch (DatastoreException)
        {
            record.End(id, Ending.Unknown);
        }
    }

    /// <summary>By what was known last: often outdated, as others write the same keys. The last of several is deleted.</summary>
    private async Task SwapAsync(IStore store, string[] keys, bool isDelete)
    {
        foreach (var key in keys.Where(key => !_known.ContainsKey(key) || _random.Next(3) > 0))
            await ReadAsync(store, key);
        var id = record.NewId();
        var writes = keys.Select((key, i) => new Write(key, isDelete && i == keys.Length - 1 ? null : $"{id}/{i}", _known.GetValueOrDefault(key).Revision))
            .Where(write => write.Value is not null || write.Expected > 0)
            .ToList();
        record.Begin(new() { Do = "commit", Id = id, Writes = writes });
        try
        {
            var result = await store.CommitAsync(
                [.. writes.Select(write => write.Value is { } value ? StoreWrite.Put(write.Key, Encoding.UTF8.GetBytes(value), write.Expected) : StoreWrite.Delete(write.Key, write.Expected))],
                CancellationToken.None);
            if (result is CommitResult.Committed done)
            {
                foreach (var write in writes)
                    _known[write.Key] = (write.Value, write.Value is null ? 0 : done.Revision);
                record.End(id, Ending.Done, new() { Do = "end", Revision = done.Revision });
            }
            else if (result is CommitResult.Conflict conflict)
            {
                _known[conflict.Key] = (Text(conflict.Actual), conflict.Actual?.Revision ?? 0);
                record.End(id, Ending.Refused);
            }
        }
        catch (DatastoreException)
        {
            record.End(id, Ending.Unknown);
        }
    }

    private async Task AllocateAsync(IpamClient ipam)
    {
        var id = record.NewId();
        var handle = $"{options.Name}.{id}";
        record.Begin(new() { Do = "allocate", Id = id, Handle = handle });
        _handles.Add(handle);
        try
        {
            var outcome = await ipam.AssignAsync(new() { Host = options.Name, HandleId = handle, IPv4 = _random.Next(1, 4) }, CancellationToken.None);
            if (outcome is AssignOutcome.Assigned assigned)
                record.End(id, Ending.Done, new() { Do = "end", Addresses = [.. assigned.Addresses.Select(address => $"{address.Address}")] });
            else
                record.End(id, Ending.Unknown); // a part may have been taken and not yet given back
        }
        catch (DatastoreException)
        {
            record.End(id, Ending.Unknown);
        }
    }

    private async Task ReleaseAsync(IpamClient ipam, string handle)
    {
        var id = record.NewId();
        record.Begin(new() { Do = "release", Id = id, Handle = handle });
        try
        {
            await ipam.ReleaseByHandleAsync(handle, CancellationToken.None);
            _handles.Remove(handle);
            record.End(id, Ending.Done);
        }
        catch (DatastoreException)
        {
            record.End(id, Ending.Unknown);
        }
    }

    private static string? Text(StoredValue? stored) => stored is null ? null : Encoding.UTF8.GetString(stored.Value.Span);

    /// <summary>Handles that earlier runs had, or may have had, and did not surely give back.</summary>
    private static List<string> Held(string file)
    {
        var lines = HistoryFile.Read(file).ToList();
        var done = lines.Where(line => line is { Do: "end", Ending: Ending.Done }).Select(line => line.Id).ToHashSet();
        var released = lines.Where(line => line.Do == "release" && done.Contains(line.Id)).Select(line => line.Handle).ToHashSet();
        return [.. lines.Where(line => line.Do == "allocate" && !released.Contains(line.Handle)).Select(line => line.Handle ?? "")];
    }
}
