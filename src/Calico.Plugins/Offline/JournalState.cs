using System.Net;
using Calico.Ipam;

namespace Calico.Plugins.Offline;

/// <summary>What follows from the lines of a journal, in their order: what waits to be written into the store, and which addresses may be given out without it.</summary>
/// <remarks>
/// An address is free here only while the store has it as this host's: from the reserve, or given back by a workload while the store could not be told. Pure.
/// <list type="bullet">
/// <item>Given out and given back again without the store: both lines vanish, and it is free as it was.</item>
/// <item>Given back once more by the same owner: nothing has changed since the first time.</item>
/// <item>Given back and given out again: the giving back vanishes, so that in the store the address goes from one owner to the next and is never nobody's.</item>
/// <item>From the moment a line's writing back begins, it can no longer vanish: the store may have it.</item>
/// </list>
/// </remarks>
internal sealed class JournalState
{
    private static readonly string ReservePrefix = IpamClient.ReserveHandle("");

    private readonly List<JournalRecord> _pending = [];
    private readonly HashSet<long> _begun = [];
    private readonly OrderedDictionary<IPAddress, string> _free = [];

    /// <summary>In the order in which they are to be written.</summary>
    public IReadOnlyList<JournalRecord> Pending => _pending;

    /// <summary>Addresses with the handle under which the store has them; the one to be given out next is the first.</summary>
    public IReadOnlyDictionary<IPAddress, string> Free => _free;

    /// <summary>The number of the next line.</summary>
    public long Next { get; private set; } = 1;

    /// <summary>Grows whenever something is done or written: what was read of the store before that says nothing of what is free now.</summary>
    public long Epoch { get; private set; }

    public bool IsBegun(JournalRecord line) => _begun.Contains(line.Number);

    public void Apply(JournalRecord record)
    {
        Next = Math.Max(Next, record.Number + 1);
        if (record.Do != JournalVerb.Reserve)
            Epoch++;
        switch (record)
        {
            case { Do: JournalVerb.Reserve, From: { } handle }:
                _free.Clear();
                foreach (var address in record.Addresses ?? [])
                    _free[address] = handle;
                break;
            case { Do: JournalVerb.Begin }:
                Begin(record.Number);
                break;
            case { Do: JournalVerb.Done }:
                _pending.RemoveAll(line => line.Number == record.Number);
                _begun.Remove(record.Number);
                break;
            case { Do: JournalVerb.Assign, Address: { } address }:
                Assign(record, address);
                break;
            case { Do: JournalVerb.Release, Address: { } address }:
                Release(record, address);
                break;
            case { Do: JournalVerb.ReleaseAll, Handle: { } handle }:
                Retract(line => line.Handle == handle);
                _pending.Add(record);
                break;
            default:
                Cancel(line => line.Do is JournalVerb.PutEndpoint or JournalVerb.DeleteEndpoint or JournalVerb.EnsureProfile && IsSameThing(line, record));
                _pending.Add(record);
                break;
        }
    }

    /// <summary>The handle that an address was given to here; null if it was not, or the store has it by now.</summary>
    public string? HolderOf(IPAddress address) => _pending.FindLast(line => line.Do == JournalVerb.Assign && address.Equals(line.Address))?.Handle;

    /// <summary>The lines that say all this: what a journal can be shortened to.</summary>
    public IEnumerable<JournalRecord> Essence() => _free
        .GroupBy(pair => pair.Value)
        .Take(1) // with nothing pending, everything that is free is of the reserve
        .Select(group => new JournalRecord { Do = JournalVerb.Reserve, From = group.Key, Addresses = [.. group.Select(pair => pair.Key)] });

    private void Assign(JournalRecord record, IPAddress address)
    {
        _free.Remove(address);
        Cancel(line => line.Do == JournalVerb.Release && address.Equals(line.Address));
        _pending.Add(record);
    }

    private void Release(JournalRecord record, IPAddress address)
    {
        if (_free.ContainsKey(address) || _pending.Exists(line => line.Do == JournalVerb.Release && IsSame(line)) || Retract(IsSame))
            return;

        _pending.Add(record);
        if (record.Handle is { } handle)
            _free[address] = handle;

        bool IsSame(JournalRecord line) => address.Equals(line.Address) && line.Handle == record.Handle;
    }

    /// <summary>Takes givings-out back that the store has not heard of.</summary>
    private bool Retract(Func<JournalRecord, bool> which)
    {
        var lines = _pending.FindAll(line => line is { Do: JournalVerb.Assign } && !_begun.Contains(line.Number) && which(line));
        foreach (var line in lines)
        {
            _pending.Remove(line);
            if (line is not { Address: { } address, From: { } from })
                continue;

            _free[address] = from;
            if (!from.StartsWith(ReservePrefix, StringComparison.Ordinal)) // it was another workload's, whose giving back had vanished
                _pending.Add(new() { Do = JournalVerb.Release, Number = line.Number, Address = address, Handle = from });
        }

        return lines.Count > 0;
    }

    private void Cancel(Func<JournalRecord, bool> which) => _pending.RemoveAll(line => !_begun.Contains(line.Number) && which(line));

    private void Begin(long number)
    {
        _begun.Add(number);
        if (_pending.Find(line => line.Number == number) is { Do: JournalVerb.Release, Address: { } address })
            _free.Remove(address); // another host may have it a moment later
    }

    private static bool IsSameThing(JournalRecord one, JournalRecord other) =>
        one.Name == other.Name && (one.Do == JournalVerb.EnsureProfile) == (other.Do == JournalVerb.EnsureProfile);
}
