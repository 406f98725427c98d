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
