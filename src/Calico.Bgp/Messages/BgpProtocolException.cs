namespace Calico.Bgp.Messages;

/// <summary>The peer broke the protocol so that the session cannot go on; carries the NOTIFICATION to answer with.</summary>
internal sealed class BgpProtocolException(NotificationMessage answer, string what) : Exception(what)
{
    public NotificationMessage Answer { get; } = answer;

    public static BgpProtocolException Header(HeaderError error, string what, params ReadOnlySpan<byte> data) =>
        new(new NotificationMessage(ErrorCode.Header, (byte)error, data), what);

    public static BgpProtocolException Open(OpenError error, string what, params ReadOnlySpan<byte> data) =>
        new(new NotificationMessage(ErrorCode.Open, (byte)error, data), what);

    public static BgpProtocolException Update(UpdateError error, string what, params ReadOnlySpan<byte> data) =>
        new(new NotificationMessage(ErrorCode.Update, (byte)error, data), what);
}
