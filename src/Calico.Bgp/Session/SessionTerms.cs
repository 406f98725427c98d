using System.Net;
using Calico.Bgp.Messages;

namespace Calico.Bgp.Session;

/// <summary>What the session is to be like.</summary>
/// <param name="Open">What we say of ourselves. It changes with time (RFC 4724: the restart bit).</param>
internal sealed record SessionTerms(OpenMessage Open, uint PeerAs, bool Passive, TimeSpan ConnectRetry)
{
    /// <summary>The peer must say its role (RFC 9234 §4.2, strict mode).</summary>
    public bool StrictRole { get; init; }

    /// <summary>How often we say that we are there; a third of the hold time (RFC 4271 §4.4) if not given, and never less often.</summary>
    public TimeSpan? KeepaliveTime { get; init; }

    /// <summary>RFC 4271 §8.2.2: how long an OPEN may take to come.</summary>
    public static readonly TimeSpan OpenHoldTime = TimeSpan.FromSeconds(240);

    /// <summary>How long the peer has to choose between two connections of which one is established; it has all it needs for that.</summary>
    public static readonly TimeSpan ChoiceTime = TimeSpan.FromSeconds(10);

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
        return RoleObjection(peer) is { } mismatch ? (Refusal(OpenError.RoleMismatch), mismatch) : null;
    }

    /// <summary>RFC 9234 §4.2.</summary>
    private string? RoleObjection(OpenMessage peer)
    {
        if (Open.Find<Capability.Role>()?.Value is not { } ours)
            return null;

        var roles = peer.Capabilities.OfType<Capability.Role>().Select(role => role.Value).Distinct().ToList();
        return roles switch
        {
            [] => StrictRole ? $"the peer says no role, and ours to it is {ours}" : null,
            [var theirs] => theirs == ours.Counterpart() ? null : $"the peer's role is {theirs}, and ours to it is {ours}, to which belongs {ours.Counterpart()}",
            _ => $"the peer says more than one role: {string.Join(", ", roles)}",
        };
    }

    public TimeSpan KeepaliveOf(Agreement? agreed) => agreed is null ? TimeSpan.Zero
        : KeepaliveTime is { } wanted && wanted < agreed.KeepaliveTime ? wanted
        : agreed.KeepaliveTime;

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
