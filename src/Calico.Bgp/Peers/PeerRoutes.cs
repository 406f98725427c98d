using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Network;
using Calico.Bgp.Routes;
using Calico.Bgp.Session;
using Calico.Bgp.Values;

namespace Calico.Bgp.Peers;

/// <summary>The routes from one peer and to it, across its sessions.</summary>
internal sealed class PeerRoutes(SpeakerCore core, RouteSource source) : IDisposable
{
    /// <summary>What may be queued on a link before the rest waits in the Adj-RIB-Out.</summary>
    private const int QueueLimit = 256 * 1024;

    /// <summary>So many prefixes of a message are looked up together.</summary>
    private const int LookUps = 64;

    private readonly AdjRibOut _out = new(core.Rib);
    private readonly HashSet<Family> _staleFamilies = [];
    private Deadline? _stale;
    private ImportRules? _import;
    private ExportRules? _export;
    private Exporter? _exporter;
    private (PathAttributes? Received, ulong Changes, PathAttributes? Usable) _lastChanged;
    private ValueArray<Family> _endOfRibDue = [];
    private ValueArray<Family> _endOfRefreshDue = [];
    private Dictionary<Family, TimeSpan> _longLived = [];

    public IEnumerable<(int Number, Exported What)> Told => _out.Told;

    public int SentCount => _out.Count;

    public bool AnyStale => _staleFamilies.Count > 0;

    /// <summary>The session is established.</summary>
    public void Begin(ImportRules import, ExportRules export)
    {
        _import = import;
        SetExport(export);
        var agreed = export.Agreed;
        foreach (var family in _staleFamilies.Where(family => !IsPreserved(agreed, family)).ToList())
            Sweep(family);
        _longLived = [];
        Stale.Restart(AnyStale ? core.Options.StaleTime : TimeSpan.Zero);

        // What the peer announced under another policy or identity is looked at again when it announces it anew.
        _out.Reset();
        _out.NoteAll();
        _endOfRibDue = agreed.Families;
        _endOfRefreshDue = [];
    }

    /// <summary>The session is over.</summary>
    /// <param name="keep">Its routes are kept as stale, as far as the peer restarts gracefully.</param>
    /// <param name="agreed">What the session had agreed on.</param>
    /// <param name="isCollision">Another connection with the peer goes on.</param>
    public void End(bool keep, Agreement? agreed, bool isCollision)
    {
        SetExport(null);
        _out.Reset();
        var kept = keep && agreed?.PeerRestart is { } restart && restart.RestartTime > TimeSpan.Zero ? restart : null;

        // RFC 4724 §4.2: what is stale already goes, for the peer has restarted twice, and so does what it does not restart gracefully. Of two
        // connections that collide one goes on: there was no other restart.
        core.Rib.RemoveWhere(source, (prefix, path) => (path.IsStale && !isCollision) || kept is null || kept.Families.All(family => family.Family != prefix.Family));
        _staleFamilies.Clear();
        if (kept is null || source.PathCount == 0)
        {
            Stale.Stop();
            return;
        }

        core.Rib.Change(source, (_, path) => path with { IsStale = true });
        _staleFamilies.UnionWith(kept.Families.Select(family => family.Family));
        _longLived = agreed?.LongLived.Where(family => family.StaleTime > TimeSpan.Zero).DistinctBy(family => family.Family)
            .ToDictionary(family => family.Family, family => family.StaleTime) ?? [];
        Stale.Restart(kept.RestartTime);
    }

    public void Receive(UpdateMessage update)
    {
        Remove(update.Withdrawn.AsSpan(), update.WithdrawnIds);
        foreach (var announcement in update.Announced.AsSpan())
        {
            if (announcement.Attributes is { } received)
                Put(announcement.Prefixes.AsSpan(), announcement.PathIds, received);
        }

        if (update.EndOfRib is { } family)
            Sweep(family);
    }

    private void Remove(ReadOnlySpan<Prefix> prefixes, ValueArray<uint> ids)
    {
        Span<int> numbers = stackalloc int[LookUps];
        for (var start = 0; start < prefixes.Length; start += LookUps)
        {
            var some = prefixes[start..Math.Min(start + LookUps, prefixes.Length)];
            core.Rib.Find(some, numbers);
            for (var i = 0; i < some.Length; i++)
                core.Rib.Remove(numbers[i], source, IdOf(ids, start + i));
        }
    }

    private void Put(ReadOnlySpan<Prefix> prefixes, ValueArray<uint> ids, PathAttributes received)
    {
        var admitted = _import?.Admits(received) ?? false;
        Span<int> numbers = stackalloc int[LookUps];
        for (var start = 0; start < prefixes.Length; start += LookUps)
        {
            var some = prefixes[start..Math.Min(start + LookUps, prefixes.Length)];
            core.Rib.Find(some, numbers);
            for (var i = 0; i < some.Length; i++)
                core.Rib.Put(some[i], numbers[i], new(source, received, admitted ? Usable(some[i], received) : null) { Id = IdOf(ids, start + i) });
        }
    }

    private static uint IdOf(ValueArray<uint> pathIds, int number) => pathIds.Count > 0 ? pathIds[number] : 0;

    /// <returns>Null if the policy refuses the route.</returns>
    private PathAttributes? Usable(in Prefix prefix, PathAttributes received)
    {
        var verdict = _import?.Judge(prefix, received, source) ?? default;
        if (_import is not { } import || !verdict.Accepts)
            return null;
        if (verdict.Changes == 0 && !import.Marks(received))
            return received;

        // Neighbours in an UPDATE mostly fare alike.
        if (!ReferenceEquals(_lastChanged.Received, received) || _lastChanged.Changes != verdict.Changes)
            _lastChanged = (received, verdict.Changes, import.Change(received, verdict.Changes));
        return _lastChanged.Usable;
    }

    /// <summary>The peer asks for all routes of a family again; where both sides know them, marks stand around the answer (RFC 7313 §4).</summary>
    public void Repeat(Family family, Link link)
    {
        _out.Repeat(family);
        if (_export is not { Agreed.EnhancedRefresh: true } rules || _endOfRibDue.Contains(family) || !rules.Agreed.Families.Contains(family))
            return;

        link.Send(new RouteRefreshMessage(family, RouteRefreshMessage.Begin), rules.Agreed.Codec);
        _endOfRefreshDue = [.. _endOfRefreshDue.Where(due => due != family), family];
    }

    /// <summary>RFC 7313 §4.2: what the peer does not announce before <see cref="EndRefresh"/> is gone.</summary>
    public void BeginRefresh(Family family)
    {
        if (_export is not { Agreed.EnhancedRefresh: true } rules || !rules.Agreed.Families.Contains(family))
            return;

        core.Rib.Change(source, (prefix, path) => prefix.Family == family ? path with { IsStale = true } : path);
        _staleFamilies.Add(family);
        Stale.Restart(core.Options.StaleTime);
    }

    public void EndRefresh(Family family) => Sweep(family);

    /// <summary>What the peer is told of these may be another now.</summary>
    /// <param name="touched">Of these any path, which matters to a peer that is told several.</param>
    public void Note(List<int> numbers, List<int> touched)
    {
        if (_export is null)
            return;

        if (_export.Agreed.AddPathOut != FamilySet.None)
        {
            foreach (var number in touched)
                _out.Note(number);
            return;
        }

        foreach (var number in numbers)
        {
            // Its own route is no news to the peer, nor is the end of one that it was not told of.
            var from = core.Rib[number].Best.Source;
            if ((from is not null && !ReferenceEquals(from, source)) || _out.HasTold(number))
                _out.Note(number);
        }
    }

    public void NoteAll()
    {
        if (_export is not null)
            _out.NoteAll();
    }

    /// <summary>Another policy: all routes are judged anew, from what the peer once sent; what it is told follows with <see cref="NoteAll"/>.</summary>
    /// <returns>True if what is taken from the peer is judged by other rules than before.</returns>
    public bool Rejudge(ImportRules import, ExportRules? export)
    {
        var isOther = import != _import;
        if (isOther)
        {
            _import = import;
            _lastChanged = default;
            core.Rib.Change(source, (prefix, path) => path with { Usable = import.Admits(path.Received) ? Usable(prefix, path.Received) : null });
        }

        if (_export is not null && export is not null)
            SetExport(export);
        return isOther;
    }

    /// <summary>Sends what there is room for, and End-of-RIB after the first full account (RFC 4724 §4.1).</summary>
    /// <param name="endOfRib">False as long as what we know may be only a part.</param>
    public void Flush(Link link, bool endOfRib)
    {
        if (_export is not { } rules || _exporter is null)
            return;

        if (!_out.IsUpToDate && link.Queued < QueueLimit)
        {
            var writer = new UpdateWriter(link.Send, rules.Agreed.Codec.LongestMessage, rules.Agreed.AddPathOut);
            while (!_out.IsUpToDate && link.Queued < QueueLimit)
                _out.TakePortion(_exporter, rules, ref writer);
            writer.Flush();
        }

        if (!_out.IsUpToDate)
        {
            link.AskForRoom();
            return;
        }

        foreach (var family in _endOfRefreshDue)
            link.Send(new RouteRefreshMessage(family, RouteRefreshMessage.End), rules.Agreed.Codec);
        _endOfRefreshDue = [];
        if (!endOfRib || _endOfRibDue.Count == 0)
            return;

        foreach (var family in _endOfRibDue)
            link.Send(UpdateMessage.EndOf(family), rules.Agreed.Codec);
        _endOfRibDue = [];
    }

    public void Dispose()
    {
        SetExport(null);
        _out.Reset();
        _stale?.Dispose();
        core.Rib.RemoveWhere(source, (_, _) => true);
    }

    private Deadline Stale => _stale ??= core.NewDeadline(() =>
    {
        var kept = _longLived;
        _longLived = [];
        foreach (var family in _staleFamilies.Where(family => !kept.ContainsKey(family)).ToList())
            Sweep(family);
        if (!AnyStale)
            return;

        // RFC 9494 §4.2: the restart time is over, and what is left is a last resort from now on. The longest of the times holds for all families.
        foreach (var family in _staleFamilies)
            MakeLastResort(family);
        Stale.Restart(kept.Values.Max());
    });

    private void MakeLastResort(Family family)
    {
        core.Rib.RemoveWhere(source, (prefix, path) => path.IsStale && prefix.Family == family && path.Received.Communities.Contains(WellKnownCommunity.NoLongLived));
        core.Rib.Change(source, (prefix, path) => prefix.Family == family && path is { IsStale: true, Usable: { } usable } && !DecisionProcess.IsLongLivedStale(usable)
            ? path with { Usable = usable with { Communities = [.. usable.Communities, WellKnownCommunity.LongLivedStale] } }
            : path);
    }

    private void Sweep(Family family)
    {
        if (!_staleFamilies.Remove(family))
            return;

        core.Rib.RemoveWhere(source, (prefix, path) =>
        {
            var isGone = path.IsStale && prefix.Family == family;
            if (isGone)
                core.Stations.Gone(source, prefix, path.Id);
            return isGone;
        });
        if (!AnyStale)
            Stale.Stop();
    }

    /// <summary>RFC 4724 §4.2: without the family or its F bit the peer has lost what it forwarded by.</summary>
    private static bool IsPreserved(Agreement agreed, Family family) =>
        agreed.Families.Contains(family)
        && agreed.PeerRestart is { } restart
        && restart.Families.Any(preserved => preserved.Family == family && preserved.ForwardingPreserved);

    private void SetExport(ExportRules? rules)
    {
        var before = _exporter;
        _export = rules;
        _exporter = rules is null ? null : core.Exporters.Join(rules);
        if (before is not null)
            core.Exporters.Leave(before);
    }
}
