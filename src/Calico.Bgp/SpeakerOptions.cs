using System.Net;
using System.Net.Sockets;

namespace Calico.Bgp;

/// <summary>What holds for a speaker's whole life. What may change while it runs is in <see cref="SpeakerConfiguration"/>.</summary>
public sealed record SpeakerOptions
{
    /// <summary>True when an earlier run on this host left routes behind: peers are told that this is a restart (RFC 4724, R bit).</summary>
    public bool Restarting { get; init; }

    /// <summary>True when the forwarding table of the earlier run is still in the kernel: peers go on using us meanwhile (F bit).</summary>
    public bool ForwardingPreserved { get; init; }

    /// <summary>How long peers may wait for this speaker to come back before they drop its routes. At most 4095 s.</summary>
    public TimeSpan RestartTime { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a restart waits for all peers' End-of-RIB before <see cref="BgpSpeaker.RestartCompleted"/> comes regardless.</summary>
    public TimeSpan RestartDeferral { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A restart waits no longer than this for a peer with which there is no connection.</summary>
    public TimeSpan UnreachableAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a peer that came back may take to announce its routes again before those it has not are dropped.</summary>
    public TimeSpan StaleTime { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>The distance to a next hop, null where it cannot be reached. By default all are equally near.</summary>
    public Func<IPAddress, uint?> NextHopMetric { get; init; } = _ => 0;

    /// <summary>The interface that leads to a next hop, null where none does; asked by the speaker's loop alone, for <see cref="Policy.RouteMatch.Interface"/>.</summary>
    public Func<IPAddress, string?> NextHopInterface { get; init; } = _ => null;

    /// <summary>False if nobody reads <see cref="BgpSpeaker.Routes"/>, as in a route reflector that forwards nothing: it costs nothing then.</summary>
    public bool ReportsRoutes { get; init; } = true;

    /// <summary>Makes each TCP socket: a place to open it in another network namespace.</summary>
    public Func<AddressFamily, Socket> OpenSocket { get; init; } = family => new Socket(family, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Makes each UDP socket, for BFD.</summary>
    public Func<AddressFamily, Socket> OpenDatagramSocket { get; init; } = family => new Socket(family, SocketType.Dgram, ProtocolType.Udp);
}
