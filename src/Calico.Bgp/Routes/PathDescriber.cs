using System.Globalization;
using System.Net;
using Calico.Bgp.Attributes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>Says of a path what people want to read.</summary>
internal static class PathDescriber
{
    public static PathView Describe(Prefix prefix, string peer, PathAttributes attributes) => new()
    {
        Prefix = prefix.ToNetwork(),
        Peer = peer,
        NextHop = attributes.NextHop,
        AsPath = attributes.AsPath.ToString(),
        Origin = attributes.Origin switch
        {
            Origin.Igp => "IGP",
            Origin.Egp => "EGP",
            _ => "incomplete",
        },
        LocalPreference = attributes.LocalPreference,
        MultiExitDiscriminator = attributes.MultiExitDiscriminator,
        Communities = attributes.Communities.Select(Community).ToValueArray(),
        LargeCommunities = attributes.LargeCommunities.Select(community => community.ToString()).ToValueArray(),
        ExtendedCommunities = attributes.ExtendedCommunities.Select(community => community.ToString("x16", CultureInfo.InvariantCulture)).ToValueArray(),
        OriginatorId = attributes.OriginatorId,
        OnlyToCustomer = attributes.OnlyToCustomer,
        ClusterList = attributes.ClusterList.Select(id => new IPAddress(BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(id) : id).ToString()).ToValueArray(),
    };

    private static string Community(uint community) => string.Create(CultureInfo.InvariantCulture, $"{community >> 16}:{community & 0xffff}");
}
