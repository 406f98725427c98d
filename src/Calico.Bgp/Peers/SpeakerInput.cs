using System.Net.Sockets;
using Calico.Bgp.Network;
using Calico.Bgp.Session;

namespace Calico.Bgp.Peers;

/// <summary>What the speaker's loop is told, in order, one after the other.</summary>
internal abstract record SpeakerInput
{
    private SpeakerInput() { }

    public sealed record Reconfigure(SpeakerConfiguration Configuration) : SpeakerInput;

    public sealed record Halt(bool KeepRoutes) : SpeakerInput;

    public sealed record Look(Deadline Deadline) : SpeakerInput;

    public sealed record News(Peer Peer, LinkNews What) : SpeakerInput;

    public sealed record Dialed(Peer Peer, int Attempt, Socket? Socket, string Reason) : SpeakerInput;

    public sealed record Accepted(Socket Socket) : SpeakerInput;

    /// <summary>Somebody wants to know something of the loop's state.</summary>
    public sealed record Ask(Action Answer) : SpeakerInput;

    /// <summary>BFD does not hear the peer any more.</summary>
    public sealed record BfdDown(string Peer, string Reason) : SpeakerInput;
}
