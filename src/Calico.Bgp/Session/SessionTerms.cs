using System.Net;
using Calico.Bgp.Messages;

namespace Calico.Bgp.Session;

/// <summary>What the session is to be like.</summary>
/// <param name="Open">What we say of ourselves. It changes with time (RFC 4724: the restart bit).</param>
internal sealed record SessionTerms(OpenMessage Open, uint PeerAs, bool Passive, TimeSpan ConnectRetry)
{
    /// <summary>RFC 4271 §8.2.2: how long an OPEN may take to come.</summary>
    public static readonly TimeSpan OpenHoldTime = TimeSpan.FromSeconds(240);

    /// <summary>The longest pause after errors; RFC 4271 §8.1.1 calls for one that grows.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>The pause after a lost connection or a failed attempt: short at first, for peers that merely restart.</summary>
    public TimeSpan PauseAfterLoss(int failures) => Shorter(TimeSpan.FromSeconds(1 << Math.Clamp(failures, 0, 10)), ConnectRetry);

    /// <summary>The pause after an error of protocol, which is likely to come again.</summary>
    public TimeSpan PauseAfterError(int failures) => Shorter(ConnectRetry * (1 << Math.Clamp(failures, 0, 10)), LongestPause);

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    /// <summary>What is wrong with the peer's OPEN as seen from here (RFC 4271 §6.2).</summary>
    public (NotificationMessage Answer, string Reason)? Objection(OpenMessage peer)
    {
        if (peer.As != PeerAs)
            return (Refusal(OpenError.BadPeerAs), $"the peer uses AS {peer.As}, expected {PeerAs}");
        if (peer.As == Open.As && peer.Identifier.Equals(Open.Identifier)) // RFC 6286 §2.2
            return (Refusal(OpenError.BadIdentifier), $"the peer has our own BGP identifier {peer.Identifier}");
        return null;
    }

    /// <summary>RFC 4271 §6.8, RFC 6286 §2.3: of two connections that collide the one stays that the greater side has made.</summary>
    public bool WePrevailOver(OpenMessage peer)
    {
        var (ours, theirs) = (Number(Open.Identifier), Number(peer.Identifier));
        return ours != theirs ? ours > theirs : Open.As > peer.As;
    }

    private static NotificationMessage Refusal(OpenError error) => new(ErrorCode.Open, (byte)error);

    private static uint Number(IPAddress identifier)
    {
        Span<byte> octets = stackalloc byte[4];
        identifier.TryWriteBytes(octets, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(octets);
    }
}
