using Calico.Bgp.Messages;
using Calico.Bgp.Peers;
using Calico.Bgp.Values;

namespace Calico.Bgp.Monitoring;

/// <summary>A peer whose session is established, as stations are told of it.</summary>
/// <param name="Header">With the time at which the session came up.</param>
/// <param name="Up">The message that says so.</param>
internal sealed record MonitoredPeer(Peer Peer, BmpPeerHeader Header, CodecOptions Codec, ValueArray<Family> Families, byte[] Up);
