using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Routes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Monitoring;

/// <summary>Tells a table as it is, a portion at a time. What changes meanwhile is told as it changes, and may be told twice.</summary>
/// <param name="only">The routes of this source; null for those of all.</param>
/// <param name="withdrawsRefused">Also says of routes that the policy refuses that they are not there.</param>
internal sealed class TableDump(Rib rib, MonitoredRoutes which, RouteSource? only, bool withdrawsRefused)
{
    private const int Portion = 256; // entries

    private int _next;

    public RouteSource? Only => only;

    public bool HasBegun => _next > 0;

    /// <param name="tell">Is given each UPDATE, its source, and which table it is of.</param>
    /// <returns>False once all is told.</returns>
    public bool TellPortion(Action<RouteSource, UpdateMessage, MonitoredRoutes> tell)
    {
        var groups = new Dictionary<(RouteSource Source, PathAttributes? Attributes, bool IsIPv6, MonitoredRoutes Table), (List<Prefix> Prefixes, List<uint> Ids)>();
        var end = Math.Min(_next + Portion, rib.End);
        for (; _next < end; _next++)
        {
            var prefix = rib.PrefixOf(_next);
            foreach (ref readonly var path in rib.PathsOf(_next))
            {
                if (path.Source.IsLocal || path.IsStale || (only is not null && !ReferenceEquals(only, path.Source)))
                    continue;

                if (which.HasFlag(MonitoredRoutes.AsReceived))
                    Add(groups, (path.Source, path.Received, prefix.IsIPv6, MonitoredRoutes.AsReceived), prefix, path.Id);
                if (which.HasFlag(MonitoredRoutes.AsImported) && (path.Usable is not null || withdrawsRefused))
                    Add(groups, (path.Source, path.Usable, prefix.IsIPv6, MonitoredRoutes.AsImported), prefix, path.Id);
            }
        }

        foreach (var ((source, attributes, _, table), (prefixes, ids)) in groups)
            tell(source, MonitoredUpdate.Of(attributes, prefixes, ids), table);
        return _next < rib.End;
    }

    private static void Add<TKey>(Dictionary<TKey, (List<Prefix> Prefixes, List<uint> Ids)> groups, TKey key, in Prefix prefix, uint id)
        where TKey : notnull
    {
        if (!groups.TryGetValue(key, out var group))
            groups.Add(key, group = ([], []));
        group.Prefixes.Add(prefix);
        group.Ids.Add(id);
    }
}
