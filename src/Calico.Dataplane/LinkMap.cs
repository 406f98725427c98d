using Calico.Model.Hosts;
using Calico.Netlink.Routing;

namespace Calico.Dataplane;

/// <summary>The host's links as of the last look.</summary>
internal sealed class LinkMap
{
    private Dictionary<string, Link> _byName = [];
    private Dictionary<int, Link> _byIndex = [];

    public IEnumerable<Link> All => _byName.Values;

    /// <returns>What became of those that were there at the last look.</returns>
    public LinkNews Update(IEnumerable<Link> links)
    {
        var before = _byIndex;
        _byName = links.ToDictionary(link => link.Name);
        _byIndex = _byName.Values.ToDictionary(link => link.Index);
        return new(
            before.Keys.Where(index => !_byIndex.ContainsKey(index)).ToHashSet(),
            before.Values.Any(link => _byIndex.TryGetValue(link.Index, out var now) && (now.Name, now.IsUp) != (link.Name, link.IsUp) && (IsWorkload(link.Name) || IsWorkload(now.Name))));
    }

    public Link? Find(string name) => _byName.GetValueOrDefault(name);

    public string? NameOf(int index) => _byIndex.GetValueOrDefault(index)?.Name;

    public static bool IsWorkload(string name) => name.StartsWith(InterfaceNames.WorkloadPrefix, StringComparison.Ordinal);
}

/// <param name="Gone">The indexes of those that are gone: no other link has one of them.</param>
/// <param name="HasChanged">A workload's link has another name, or went up or down.</param>
internal sealed record LinkNews(IReadOnlySet<int> Gone, bool HasChanged);
