using System.Runtime.InteropServices;
using Calico.Bgp.Values;

namespace Calico.Bgp.Messages;

/// <summary>What the two sides have agreed on, as far as the bytes depend on it.</summary>
/// <param name="FourOctetAs">RFC 6793: AS numbers in paths are four octets long.</param>
/// <param name="IsInternal">The peer is in our AS: some attributes are valid only there.</param>
/// <param name="PeerAs">Must stand first in the path of what an external peer sends.</param>
/// <param name="IPv4">IPv4 unicast was agreed on; routes of a family that was not are ignored.</param>
/// <param name="IPv6">IPv6 unicast was agreed on.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CodecOptions(bool FourOctetAs, bool IsInternal, uint PeerAs, bool IPv4 = true, bool IPv6 = true)
{
    /// <summary>Before anything is agreed: only OPEN, KEEPALIVE and NOTIFICATION may come, and they do not depend on it.</summary>
    public static readonly CodecOptions BeforeOpen = new(FourOctetAs: false, IsInternal: true, PeerAs: 0);

    /// <summary>The peer runs on this host and is reached over loopback: such addresses are next hops as good as any.</summary>
    public bool OnLoopback { get; init; }

    /// <summary>RFC 8654: messages may be up to 65535 octets long.</summary>
    public bool IsExtended { get; init; }
    /// <summary>RFC 8950: IPv4 routes may have IPv6 next hops.</summary>
    public bool ExtendedNextHop { get; init; }

    /// <summary>RFC 7911: the peer's prefixes of these families have a path identifier before them.</summary>
    public FamilySet AddPathIn { get; init; }

    /// <summary>And ours to the peer.</summary>
    public FamilySet AddPathOut { get; init; }

    /// <summary>No message we send is longer.</summary>
    public int LongestMessage => IsExtended ? BgpMessage.ExtendedMaxLength : BgpMessage.MaxLength;

    public bool Carries(Family family) => (family == Family.IPv4Unicast && IPv4) || (family == Family.IPv6Unicast && IPv6);
}
