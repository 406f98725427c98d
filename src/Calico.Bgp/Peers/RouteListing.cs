using Calico.Bgp.Messages;
using Calico.Bgp.Routes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Peers;

/// <summary>Answers a <see cref="RouteQuery"/>.</summary>
internal sealed class RouteListing(SpeakerCore core, RouteQuery query)
{
    private readonly Prefix? _prefix = query.Prefix is { } prefix ? new Prefix(prefix) : null;

    public IReadOnlyList<PathView> List(IEnumerable<Peer> peers)
    {
        var rib = core.Rib;
        if (query.AdvertisedTo is { } told)
        {
            return [.. peers.Where(peer => peer.Configuration.Name == told)
                .SelectMany(peer => peer.Told.Select(route => (rib[route.Number].Prefix, route.What, peer.Codec)))
                .Where(route => _prefix is null || route.Prefix == _prefix)
                .OrderBy(route => route.Prefix)
                .Select(route => Read(route.Prefix, route.What, route.Codec) is { } attributes ? PathDescriber.Describe(route.Prefix, told, attributes) : null)
                .OfType<PathView>()];
        }

        var numbers = _prefix is { } prefix ? rib.Find(prefix) is var found and >= 0 ? [found] : [] : rib.Numbers;
        return [.. numbers.OrderBy(number => rib[number].Prefix).SelectMany(Describe)];
    }

    private List<PathView> Describe(int number)
    {
        var entry = core.Rib[number];
        var paths = entry.Paths;
        var steps = new DecisionStep[paths.Length];
        DecisionProcess.Judge(paths, core.Options.NextHopMetric, steps);
        var described = new List<PathView>();
        for (var i = 0; i < paths.Length; i++)
        {
            if (query.ReceivedFrom is { } from && paths[i].Source.Name != from)
                continue;

            described.Add(PathDescriber.Describe(entry.Prefix, paths[i].Source.Name, paths[i].Usable ?? paths[i].Received) with
            {
                IsBest = steps[i] == DecisionStep.Best,
                IsMultipath = steps[i] == DecisionStep.Multipath || (steps[i] == DecisionStep.Best && steps.Contains(DecisionStep.Multipath)),
                IsStale = paths[i].IsStale,
                Decision = steps[i].Describe(),
            });
        }

        return described;
    }

    /// <summary>What a peer has been told is kept as it went out.</summary>
    /// <returns>Null of what is to be told anew.</returns>
    private static Attributes.PathAttributes? Read(Prefix prefix, Exported told, CodecOptions? codec)
    {
        if (codec is not { } options || ReferenceEquals(told, Exported.Forgotten))
            return null;

        var frame = Array.Empty<byte>();
        var writer = new UpdateWriter(message => frame = [.. message], options.LongestMessage, FamilySet.None);
        writer.BeginAnnouncement(told);
        writer.TryAdd(prefix, 0);
        writer.EndMessage();
        writer.Flush();
        var read = UpdateMessage.DecodeBody(frame.AsSpan(BgpMessage.HeaderLength), options with { IsInternal = true, AddPathIn = FamilySet.None });
        return read.Announced.Count > 0 ? read.Announced[0].Attributes : null;
    }
}
