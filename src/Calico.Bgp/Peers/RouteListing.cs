using Calico.Bgp.Routes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Peers;

/// <summary>Answers a <see cref="RouteQuery"/>.</summary>
internal sealed class RouteListing(Rib rib, RouteQuery query)
{
    private readonly Prefix? _prefix = query.Prefix is { } prefix ? new Prefix(prefix) : null;

    public IReadOnlyList<PathView> List(IEnumerable<Peer> peers)
    {
        if (query.AdvertisedTo is { } told)
        {
            return [.. peers.Where(peer => peer.Configuration.Name == told)
                .SelectMany(peer => peer.Told)
                .Where(route => _prefix is null || route.Key == _prefix)
                .OrderBy(route => route.Key)
                .Select(route => PathDescriber.Describe(route.Key, told, route.Value))];
        }

        var entries = _prefix is { } prefix ? rib.Find(prefix) is { } found ? [found] : [] : rib.Entries;
        return [.. entries.OrderBy(entry => entry.Prefix).SelectMany(Describe)];
    }

    private IEnumerable<PathView> Describe(RibEntry entry)
    {
        foreach (var path in entry.Paths)
        {
            if (query.ReceivedFrom is { } from && path.Source.Name != from)
                continue;

            yield return PathDescriber.Describe(entry.Prefix, path.Source.Name, path.Usable ?? path.Received) with
            {
                IsBest = ReferenceEquals(path, entry.Best),
                IsMultipath = entry.Multipath.Contains(path),
                IsStale = path.IsStale,
            };
        }
    }
}
