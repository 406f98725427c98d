using Calico.Ipam;

namespace Calico.Plugins.Leaks;

/// <summary>Addresses that seem nobody's, until they have seemed so at every look for a time. Pure.</summary>
/// <remarks>The same address under another handle, or given out anew, is another: its time begins anew.</remarks>
internal sealed class Quarantine(TimeSpan time)
{
    private readonly Dictionary<(string Address, string Handle, DateTimeOffset? Since), DateTimeOffset> _seen = [];

    public int Count => _seen.Count;

    /// <param name="suspects">All that seem nobody's at this look.</param>
    /// <param name="now">When it is; a clock that is put back begins the time anew.</param>
    /// <returns>Those whose time is over.</returns>
    public IReadOnlyList<AddressOwner> Look(IReadOnlyList<AddressOwner> suspects, DateTimeOffset now)
    {
        var present = suspects.ToDictionary(KeyOf);
        foreach (var gone in _seen.Keys.Where(key => !present.ContainsKey(key)).ToList())
            _seen.Remove(gone);
        foreach (var key in present.Keys.Where(key => !_seen.TryGetValue(key, out var first) || first > now))
            _seen[key] = now;
        return [.. present.Where(pair => now - _seen[pair.Key] >= time).Select(pair => pair.Value)];
    }

    /// <summary>A look that cannot be made proves nothing: all begins anew.</summary>
    public void Clear() => _seen.Clear();

    private static (string, string, DateTimeOffset?) KeyOf(AddressOwner owner) => ($"{owner.Address}", owner.HandleId ?? "", owner.Since);
}
