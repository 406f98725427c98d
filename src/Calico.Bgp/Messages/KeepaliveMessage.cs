namespace Calico.Bgp.Messages;

/// <summary>A header and nothing else (RFC 4271 §4.4).</summary>
internal sealed record KeepaliveMessage : BgpMessage
{
    private KeepaliveMessage() { }

    public static KeepaliveMessage Instance { get; } = new();

    protected override MessageType Type => MessageType.Keepalive;

    protected override void EncodeBody(ref BgpWriter body, in CodecOptions options)
    {
    }
}
