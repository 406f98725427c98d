using Calico.Model.Hosts;
using Calico.Netlink.Routing;

namespace Calico.Dataplane;

/// <summary>The host's links as of the last look.</summary>
internal sealed class LinkMap
{
    private Dictionary<string, Link> _byName = [];
    private Dictionary<int, string> _names = [];

    public IEnumerable<Link> All => _byName.Values;

    /// <returns>True if a workload's link came, went or was made anew since the last look.</returns>
    public bool Update(IEnumerable<Link> links)
    {
        var before = _byName;
        _byName = links.ToDictionary(link => link.Name);
        _names = _byName.Values.ToDictionary(link => link.Index, link => link.Name);
        return !Workloads(before).SetEquals(Workloads(_byName));
    }

    public Link? Find(string name) => _byName.GetValueOrDefault(name);

    public string? NameOf(int index) => _names.GetValueOrDefault(index);

    public static bool IsWorkload(string name) => name.StartsWith(InterfaceNames.WorkloadPrefix, StringComparison.Ordinal);

    private static HashSet<(string, int, bool)> Workloads(Dictionary<string, Link> links) =>
        links.Values.Where(link => IsWorkload(link.Name)).Select(link => (link.Name, link.Index, link.IsUp)).ToHashSet();
}
