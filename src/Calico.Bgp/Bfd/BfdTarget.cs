using System.Net;

namespace Calico.Bgp.Bfd;

/// <summary>Whom to watch.</summary>
/// <param name="Name">The peer's.</param>
/// <param name="Local">The source of what we send, and where we listen; null: the kernel chooses, and we listen everywhere.</param>
internal sealed record BfdTarget(string Name, IPAddress Remote, IPAddress? Local, BfdSettings Settings)
{
    private const int SingleHopPort = 3784; // RFC 5881 §4
    private const int MultihopPort = 4784; // RFC 5883 §5

    public static IEnumerable<BfdTarget> Of(PeerConfiguration peer) =>
        peer.Bfd is { } settings ? [new(peer.Name, peer.Address, peer.LocalAddress, settings)] : [];

    public int Port => Settings.Multihop ? MultihopPort : SingleHopPort;

    public IPEndPoint ListenOn => new(Local ?? (Remote.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any), Port);
}
