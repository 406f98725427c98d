using System.Text.Unicode;
using Calico.Bgp.Values;

namespace Calico.Bgp.Messages;

/// <summary>Why the sender ends the session; the last message on a connection.</summary>
/// <remarks>RFC 4271 §4.5: code (1), subcode (1), data. What is wrong with a NOTIFICATION itself is never answered.</remarks>
internal sealed record NotificationMessage(ErrorCode Code, byte Subcode, ValueArray<byte> Payload) : BgpMessage
{
    private const int LongestPayload = MaxLength - HeaderLength - 2;

    public NotificationMessage(ErrorCode code, byte subcode, params ReadOnlySpan<byte> payload)
        : this(code, subcode, ValueArray.Create(payload[..Math.Min(payload.Length, LongestPayload)]))
    {
    }

    public static NotificationMessage HoldTimerExpired { get; } = new(ErrorCode.HoldTimerExpired, 0);

    public static NotificationMessage SendHoldTimerExpired { get; } = new(ErrorCode.SendHoldTimerExpired, 0);

    protected override MessageType Type => MessageType.Notification;

    public static NotificationMessage Cease(CeaseReason reason) => new(ErrorCode.Cease, (byte)reason);

    /// <summary>RFC 9003 §2: says why, in at most 255 octets of UTF-8; what is longer is cut between two characters.</summary>
    public static NotificationMessage Shutdown(string? text)
    {
        if (text is not { Length: > 0 })
            return Cease(CeaseReason.AdministrativeShutdown);

        Span<byte> payload = stackalloc byte[1 + byte.MaxValue];
        Utf8.FromUtf16(text, payload[1..], out _, out var written, replaceInvalidSequences: true);
        payload[0] = (byte)written;
        return new(ErrorCode.Cease, (byte)CeaseReason.AdministrativeShutdown, payload[..(1 + written)]);
    }

    /// <summary>RFC 8538 §3.1: to a peer that would keep our routes otherwise; carries the notification that it stands for.</summary>
    public NotificationMessage AsHardReset() => new(ErrorCode.Cease, (byte)CeaseReason.HardReset, ValueArray.Create<byte>([(byte)Code, Subcode, .. Payload]));

    public bool IsCease(CeaseReason reason) => Code == ErrorCode.Cease && Subcode == (byte)reason;

    /// <summary>RFC 4486 §4: AFI (2), SAFI (1), the limit (4).</summary>
    public static NotificationMessage MaximumPrefixesReached(Family family, int limit)
    {
        var payload = new BgpWriter(stackalloc byte[7]);
        payload.WriteUInt16(family.Afi);
        payload.WriteByte(family.Safi);
        payload.WriteUInt32((uint)limit);
        return new(ErrorCode.Cease, (byte)CeaseReason.MaximumPrefixesReached, payload.Written);
    }

    public static NotificationMessage StateMachine(StateMachineError error) => new(ErrorCode.StateMachine, (byte)error);

    public static NotificationMessage DecodeBody(ReadOnlySpan<byte> body) => new((ErrorCode)body[0], body[1], body[2..]);

    protected override void EncodeBody(ref BgpWriter body, in CodecOptions options)
    {
        body.WriteByte((byte)Code);
        body.WriteByte(Subcode);
        body.Write(Payload.AsSpan());
    }

    public override string ToString() => NotificationText.Describe(this);
}
