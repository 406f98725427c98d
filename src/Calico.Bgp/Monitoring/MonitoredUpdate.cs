using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Routes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Monitoring;

/// <summary>UPDATEs as stations are told of them: pure.</summary>
internal static class MonitoredUpdate
{
    /// <param name="attributes">Null: the routes are withdrawn.</param>
    /// <param name="ids">Path identifiers; they stand on the wire only where the session has them.</param>
    public static UpdateMessage Of(PathAttributes? attributes, IEnumerable<Prefix> prefixes, IEnumerable<uint> ids) => attributes is null
        ? new UpdateMessage(prefixes.ToValueArray(), []) { WithdrawnIds = ids.ToValueArray() }
        : new UpdateMessage([], [new(attributes, prefixes.ToValueArray()) { PathIds = ids.ToValueArray() }]);

    /// <summary>What the import policy has made of the routes of an UPDATE that has just been taken in.</summary>
    public static IEnumerable<UpdateMessage> AsImported(UpdateMessage received, RouteSource source, Rib rib)
    {
        if (received.Withdrawn.Count > 0 || received.EndOfRib is not null)
            yield return received with { Announced = [], Faults = [] };

        foreach (var announcement in received.Announced)
        {
            var routes = announcement.Prefixes.Select((prefix, i) => (Prefix: prefix, Id: announcement.PathIds.Count > 0 ? announcement.PathIds[i] : 0));
            foreach (var group in routes.GroupBy(route => rib.PathOf(route.Prefix, source, route.Id).Usable))
                yield return Of(group.Key, group.Select(route => route.Prefix), group.Select(route => route.Id));
        }
    }

    /// <summary>Without what cannot be written: empty announcements, and path identifiers that the session does not have.</summary>
    /// <returns>Null if nothing is left.</returns>
    public static UpdateMessage? Clean(UpdateMessage update, FamilySet addPath)
    {
        if (update.Announced.Any(routes => routes.Prefixes.Count == 0 || (routes.PathIds.Count > 0 && !addPath.Has(routes.Prefixes[0].IsIPv6))))
        {
            update = update with
            {
                Announced = update.Announced.Where(routes => routes.Prefixes.Count > 0)
                    .Select(routes => addPath.Has(routes.Prefixes[0].IsIPv6) ? routes : routes with { PathIds = [] }).ToValueArray(),
            };
        }

        return update is { Withdrawn.Count: 0, Announced.Count: 0, EndOfRib: null } ? null : update;
    }

    /// <summary>Two messages that say what one does; null if it has but one route.</summary>
    public static (UpdateMessage First, UpdateMessage Second)? Halves(UpdateMessage update)
    {
        if (update.Withdrawn.Count > 0 && update.Announced.Count > 0)
            return (update with { Announced = [] }, update with { Withdrawn = [], WithdrawnIds = [] });
        if (update.Announced.Count > 1)
            return (update with { Announced = [update.Announced[0]] }, update with { Announced = [.. update.Announced.Skip(1)] });
        if (update.Announced is [{ Prefixes.Count: > 1 } routes])
        {
            var half = routes.Prefixes.Count / 2;
            return (
                update with { Announced = [routes with { Prefixes = [.. routes.Prefixes.Take(half)], PathIds = [.. routes.PathIds.Take(half)] }] },
                update with { Announced = [routes with { Prefixes = [.. routes.Prefixes.Skip(half)], PathIds = [.. routes.PathIds.Skip(half)] }] });
        }

        if (update.Withdrawn.Count <= 1)
            return null;

        var middle = update.Withdrawn.Count / 2;
        return (
            update with { Withdrawn = [.. update.Withdrawn.Take(middle)], WithdrawnIds = [.. update.WithdrawnIds.Take(middle)] },
            update with { Withdrawn = [.. update.Withdrawn.Skip(middle)], WithdrawnIds = [.. update.WithdrawnIds.Skip(middle)] });
    }
}
