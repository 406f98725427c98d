using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>What one peer has been told, and what it has yet to be told.</summary>
/// <remarks>
/// Changes only note the number of their entry, so a peer that reads slowly costs at most four octets a prefix and hears the latest when it is ready.
/// Not thread-safe: the speaker's loop owns it.
/// </remarks>
internal sealed class AdjRibOut(Rib rib)
{
    /// <summary>So many prefixes are handled between two looks at how the link keeps up.</summary>
    private const int Portion = 4096;

    private const int ChunkBits = 9;
    private const int Forgotten = -1; // in place of such a number: told, and to be told again

    private readonly Chunks<int> _told = new(ChunkBits); // numbers of what the RIB keeps as told, by those of the entries; 0 for nothing
    private readonly ToldPaths _toldPaths = new(rib);
    private readonly Queue<int> _pending = [];
    private readonly List<(int Number, uint PathId)> _withdrawn = [];
    private readonly List<(int Number, uint PathId)> _announced = [];
    private readonly List<Exported> _sets = [];
    private ulong[] _isPending = [];
    private int[] _next = [];
    private int _count;

    /// <summary>How many routes the peer has been told of.</summary>
    public int Count => _count + _toldPaths.Count;

    public bool IsUpToDate => _pending.Count == 0;

    /// <summary>What the peer has been told, by the numbers of the entries.</summary>
    public IEnumerable<(int Number, Exported What)> Told
    {
        get
        {
            for (var number = 0; number < Math.Min(rib.End, _told.Room); number++)
            {
                if (WhatIs(_told[number]) is { } told)
                    yield return (number, told);
            }

            foreach (var path in _toldPaths.All)
                yield return path;
        }
    }

    /// <summary>Or is about to tell.</summary>
    public bool HasTold(int number) => (number < _told.Room && _told[number] != 0) || IsPending(number);

    public void Note(int number)
    {
        var (word, bit) = (number >> 6, 1UL << number);
        if (IsPending(number))
            return;
        if (word >= _isPending.Length)
            Array.Resize(ref _isPending, Math.Max(word + 1, _isPending.Length * 2));

        _isPending[word] |= bit;
        _pending.Enqueue(number);
        rib.Hold(number);
    }

    /// <summary>Everything is looked at again; only differences are told.</summary>
    public void NoteAll()
    {
        for (var number = 0; number < rib.End; number++)
        {
            if (rib.PathCountOf(number) > 0 || (number < _told.Room && _told[number] != 0))
                Note(number);
        }

        foreach (var number in _toldPaths.Numbers)
            Note(number);
    }

    /// <summary>Everything of the family is told again (RFC 2918).</summary>
    public void Repeat(Family family)
    {
        foreach (var (number, _) in Told)
        {
            if (rib.PrefixOf(number).Family != family)
                continue;

            if (!_toldPaths.Forget(number))
                Become(ref _told[number], Forgotten);
            Note(number);
        }
    }

    /// <summary>A new session begins: the peer knows nothing.</summary>
    public void Reset()
    {
        while (_pending.TryDequeue(out var number))
            rib.Release(number);
        for (var number = 0; number < Math.Min(rib.End, _told.Room); number++)
        {
            if (_told[number] == 0)
                continue;

            Become(ref _told[number], 0);
            rib.Release(number);
        }

        foreach (var (number, _) in _toldPaths.All)
            rib.Release(number);
        _told.Clear();
        _toldPaths.Clear();
        Array.Clear(_isPending);
        _count = 0;
    }

    /// <summary>Writes the next messages, packed: routes with equal attributes share them.</summary>
    /// <remarks>Takes a portion of what is pending; to be called until <see cref="IsUpToDate"/>, as long as the link has room.</remarks>
    public void TakePortion(Exporter exporter, ExportRules rules, ref UpdateWriter writer)
    {
        var batch = exporter.NextBatch();
        for (var taken = 0; taken < Portion && _pending.TryDequeue(out var number); taken++)
        {
            _isPending[number >> 6] &= ~(1UL << number);
            if (rules.Agreed.AddPathOut.Has(rib.PrefixOf(number).IsIPv6))
                TakePaths(number, exporter, rules, batch);
            else if (Take(number, exporter, rules) is { } announced)
                Chain(announced, number, 0, batch);
            rib.Release(number);
        }

        Withdraw(ref writer);
        foreach (var set in _sets)
            Announce(set, ref writer);
        _announced.Clear();
        _sets.Clear();
    }

    private bool IsPending(int number) => number >> 6 is var word && word < _isPending.Length && (_isPending[word] & (1UL << number)) != 0;

    /// <returns>What the peer is to be told now, if it is an announcement.</returns>
    private Exported? Take(int number, Exporter exporter, ExportRules rules)
    {
        _told.MakeRoom(number + 1);
        ref var told = ref _told[number];
        var (prefix, best) = (rib.PrefixOf(number), rib.BestOf(number));
        var now = best.Exists && exporter.Export(prefix, best) is { } exported && rules.MayTell(best, exported) ? exported : null;
        if (now is null)
        {
            if (told == 0)
                return null;

            Become(ref told, 0);
            _count--;
            _withdrawn.Add((number, 0)); // held until it is written
            return null;
        }

        if (now.SaysTheSameAs(WhatIs(told)))
            return null;

        if (told == 0)
        {
            _count++;
            rib.Hold(number);
        }

        Become(ref told, rib.Told.Use(now));
        return now;
    }

    private Exported? WhatIs(int told) => told == Forgotten ? Exported.Forgotten : rib.Told[told];

    private void Become(ref int told, int now)
    {
        if (told > 0)
            rib.Told.Release(told);
        told = now;
    }

    /// <summary>The peer is told of all paths that we could use (RFC 7911).</summary>
    private void TakePaths(int number, Exporter exporter, ExportRules rules, long batch)
    {
        var (announced, withdrawn) = _toldPaths.Take(number, route =>
            exporter.Export(rib.PrefixOf(number), route) is { } exported && rules.MayTell(route, exported) ? exported : null);
        foreach (var pathId in withdrawn)
            _withdrawn.Add((number, pathId));
        foreach (var (pathId, what) in announced)
            Chain(what, number, pathId, batch);
    }

    /// <summary>Routes that share their attributes become a chain through <see cref="_next"/>.</summary>
    private void Chain(Exported set, int number, uint pathId, long batch)
    {
        var at = _announced.Count;
        _announced.Add((number, pathId));
        if (_next.Length <= at)
            Array.Resize(ref _next, Math.Max(64, _next.Length * 2));
        _next[at] = -1;
        if (set.Pending.Batch == batch)
        {
            _next[set.Pending.Last] = at;
            set.Pending = set.Pending with { Last = at };
            return;
        }

        set.Pending = (batch, at, at);
        _sets.Add(set);
    }

    private void Announce(Exported set, ref UpdateWriter writer)
    {
        writer.BeginAnnouncement(set);
        for (var at = set.Pending.First; at >= 0; at = _next[at])
        {
            var (number, pathId) = _announced[at];
            var prefix = rib.PrefixOf(number);
            if (writer.TryAdd(prefix, pathId))
                continue;

            writer.EndMessage();
            writer.BeginAnnouncement(set);
            writer.TryAdd(prefix, pathId);
        }

        writer.EndMessage();
    }

    private void Withdraw(ref UpdateWriter writer)
    {
        foreach (var family in Family.All)
        {
            var begun = false;
            foreach (var (number, pathId) in _withdrawn)
            {
                var prefix = rib.PrefixOf(number);
                if (prefix.IsIPv6 != (family == Family.IPv6Unicast))
                    continue;

                if (!begun)
                    writer.BeginWithdrawal(family);
                begun = true;
                if (writer.TryAdd(prefix, pathId))
                    continue;

                writer.EndMessage();
                writer.BeginWithdrawal(family);
                writer.TryAdd(prefix, pathId);
            }

            if (begun)
                writer.EndMessage();
        }

        foreach (var (number, _) in _withdrawn)
            rib.Release(number);
        _withdrawn.Clear();
    }
}
