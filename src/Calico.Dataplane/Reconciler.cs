namespace Calico.Dataplane;

/// <summary>Keeps one kernel table equal to what is wanted of it.</summary>
/// <remarks>
/// What the kernel holds is remembered between rounds and read again after <see cref="Distrust"/> or any refusal, so a restart, an
/// outsider's change and a half-applied round all heal the same way. Not thread-safe: one loop owns it.
/// </remarks>
internal sealed class Reconciler<TKey, TValue>(IKernelTable<TKey, TValue> table)
    where TKey : notnull
{
    private Dictionary<TKey, TValue>? _actual; // null: to be read again

    public void Distrust() => _actual = null;

    /// <summary>What the table is thought to hold there; default if nothing, or if it must be read first.</summary>
    public TValue? Known(TKey key) => _actual is null ? default : _actual.GetValueOrDefault(key);

    /// <summary>All that the table is thought to hold; nothing if it must be read first.</summary>
    public IEnumerable<TValue> All => _actual?.Values ?? Enumerable.Empty<TValue>();

    /// <summary>Takes note that entries are in the table no longer, whoever removed them.</summary>
    public void Forget(Func<TValue, bool> gone)
    {
        foreach (var key in (_actual ?? []).Where(entry => gone(entry.Value)).Select(entry => entry.Key).ToList())
            _actual?.Remove(key);
    }

    /// <summary>One round. An entry the kernel refuses holds up no other; the next round then starts from a fresh read.</summary>
    /// <param name="desired">All that the table is to hold of ours, given what it holds of others'.</param>
    /// <param name="mayRemove">As for <see cref="Plan.Between"/>.</param>
    public Round<TKey, TValue> Reconcile(Func<IReadOnlyDictionary<TKey, TValue>> desired, Func<TValue, bool>? mayRemove = null)
    {
        var actual = _actual ?? table.Read();
        _actual = null; // trusted again only when the whole round has succeeded

        var plan = Plan.Between(actual, desired(), mayRemove);
        if (plan.IsEmpty)
        {
            _actual = actual;
            return new(plan, []);
        }

        var refused = table.Apply(plan);
        if (refused.Count > 0)
            return new(plan, refused);

        foreach (var key in plan.Remove.Keys)
            actual.Remove(key);
        foreach (var (key, value) in plan.Put)
            actual[key] = value;
        _actual = actual;
        return new(plan, refused);
    }
}

/// <param name="Plan">What the round set out to do.</param>
/// <param name="Refused">What of it the kernel refused, with its reason.</param>
internal sealed record Round<TKey, TValue>(Plan<TKey, TValue> Plan, IReadOnlyList<Refused<TKey>> Refused)
    where TKey : notnull;

internal sealed record Refused<TKey>(TKey Key, string Reason);

/// <summary>A kernel table this host owns a part of.</summary>
internal interface IKernelTable<TKey, TValue>
    where TKey : notnull
{
    /// <summary>Reads back the entries that are ours.</summary>
    Dictionary<TKey, TValue> Read();

    /// <summary>Idempotent: putting what is there and removing what is gone succeed.</summary>
    /// <returns>What the kernel refused; all else is done.</returns>
    IReadOnlyList<Refused<TKey>> Apply(Plan<TKey, TValue> plan);
}
