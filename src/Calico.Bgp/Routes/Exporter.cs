using System.Net.Sockets;
using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Policy;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>Makes routes into what peers are told, once for all peers that are told the same: an update group.</summary>
/// <remarks>What is made hangs on the attribute set it was made of, and goes with it.</remarks>
/// <param name="rules">Those of any peer of the group.</param>
internal sealed class Exporter(ExportRules rules)
{
    /// <summary>MP_REACH_NLRI with two octets of length: flags, type, length.</summary>
    public const int ReachHeader = 4;

    /// <summary>Received in one message, plus what we add, in four-octet form.</summary>
    private const int LongestAttributes = 2 * ushort.MaxValue;

    private byte[]? _scratch;
    private long _lastBatch;

    public ExportRules Rules { get; } = rules;

    /// <summary>As it was when it was made: a peer that has become a client since belongs to another.</summary>
    public object Group { get; } = rules.Group;

    /// <summary>Nobody is told by it any more.</summary>
    public bool IsRetired { get; set; }

    /// <summary>A number for a batch of announcements, that no other has.</summary>
    public long NextBatch() => ++_lastBatch;

    /// <returns>Null if none of the group may hear of the route.</returns>
    public Exported? Export(in Prefix prefix, in Choice route)
    {
        if (route is not { Attributes: { } attributes, Source: { } source } || !Rules.Carries(prefix))
            return null;

        var verdict = Rules.Judge(prefix, route);
        if (!verdict.Accepts)
            return null;

        var family = prefix.Family;
        for (var known = attributes.Exports; known is not null; known = known.Next)
        {
            if (ReferenceEquals(known.By, this)
                && ReferenceEquals(known.Source, source)
                && known.SourceVersion == source.Version
                && known.Family == family
                && known.Changes == verdict.Changes)
            {
                return known.Attributes is null ? null : known;
            }
        }

        var made = Make(route, verdict, family);
        attributes.Exports = made;
        return made.Attributes is null ? null : made;
    }

    private Exported Make(in Choice route, PolicyVerdict verdict, Family family)
    {
        var told = Rules.Transform(route, family == Family.IPv6Unicast, verdict.Changes);
        var (attributes, reach) = told is null ? default : Encode(told, family);
        return new(attributes, reach)
        {
            NextHop = told?.NextHop,
            By = this,
            Source = route.Source,
            SourceVersion = route.Source?.Version ?? 0,
            Family = family,
            Changes = verdict.Changes,
            Next = WithoutOlder(route.Attributes?.Exports),
        };
    }

    /// <summary>What groups that are no more have left behind need not be kept.</summary>
    private static Exported? WithoutOlder(Exported? chain)
    {
        while (chain is { By.IsRetired: true })
            chain = chain.Next;
        return chain;
    }

    private (byte[]? Attributes, byte[]? Reach) Encode(PathAttributes told, Family family)
    {
        var isClassic = family == Family.IPv4Unicast && told.NextHop.AddressFamily == AddressFamily.InterNetwork;
        var codec = Rules.Agreed.Codec;
        var scratch = _scratch ??= new byte[LongestAttributes];
        var writer = new BgpWriter(scratch);
        AttributeWriter.Write(ref writer, told, withNextHop: isClassic, codec.FourOctetAs);
        var attributes = writer.Written.ToArray();
        byte[]? reach = null;
        if (!isClassic)
        {
            writer = new BgpWriter(scratch);
            MpReach.WriteHead(ref writer, family, told.NextHop, told.LinkLocalNextHop);
            reach = writer.Written.ToArray();
        }

        const int LongestNlri = 4 + 1 + 16; // with a path identifier
        var isTooLong = attributes.Length + (reach is null ? 0 : ReachHeader + reach.Length) + LongestNlri > UpdateMessage.RoomIn(codec.LongestMessage);
        return isTooLong ? (null, null) : (attributes, reach);
    }
}
