using System.Buffers.Binary;

namespace Calico.Bgp.Messages;

/// <summary>Any BGP message. The header is handled here; each message owns its body.</summary>
/// <remarks>RFC 4271 §4.1: marker (16 octets of ones), length (2), type (1), body.</remarks>
internal abstract record BgpMessage
{
    public const int HeaderLength = 19;
    public const int MaxLength = 4096;

    /// <summary>RFC 8654 §4: once both sides have offered it, and never of an OPEN or KEEPALIVE.</summary>
    public const int ExtendedMaxLength = ushort.MaxValue;

    private const int MarkerLength = 16;

    protected abstract MessageType Type { get; }

    /// <summary>Looks for one whole message at the start of what has arrived.</summary>
    /// <param name="isExtended">Messages may be longer than <see cref="MaxLength"/> (RFC 8654).</param>
    /// <returns>Its length, or 0 if more must arrive first.</returns>
    /// <exception cref="BgpProtocolException">The header is wrong; this is noticed as soon as the header is there.</exception>
    public static int Frame(ReadOnlySpan<byte> arrived, bool isExtended = false)
    {
        if (arrived.Length < HeaderLength)
            return 0;
        if (arrived[..MarkerLength].ContainsAnyExcept((byte)0xff))
            throw BgpProtocolException.Header(HeaderError.ConnectionNotSynchronized, "the marker of a message is not all ones");

        var lengthField = arrived[MarkerLength..(MarkerLength + 2)];
        var length = BinaryPrimitives.ReadUInt16BigEndian(lengthField);
        var type = arrived[HeaderLength - 1];
        var most = isExtended ? ExtendedMaxLength : MaxLength;
        var (shortest, longest) = (MessageType)type switch
        {
            MessageType.Open => (29, MaxLength),
            MessageType.Update => (23, most),
            MessageType.Notification => (21, most),
            MessageType.Keepalive => (HeaderLength, HeaderLength),
            _ => (HeaderLength, most),
        };
        if (length < shortest || length > longest)
            throw BgpProtocolException.Header(HeaderError.BadMessageLength, $"a message of type {type} has the length {length}", lengthField);
        if (type is 0 or > (byte)MessageType.RouteRefresh)
            throw BgpProtocolException.Header(HeaderError.BadMessageType, $"{type} is not a message type", type);

        return arrived.Length < length ? 0 : length;
    }

    /// <param name="frame">One whole message, as <see cref="Frame"/> delimits it.</param>
    /// <exception cref="BgpProtocolException">The session cannot go on.</exception>
    public static BgpMessage Decode(ReadOnlySpan<byte> frame, in CodecOptions options)
    {
        var body = frame[HeaderLength..];
        return (MessageType)frame[HeaderLength - 1] switch
        {
            MessageType.Open => OpenMessage.DecodeBody(body),
            MessageType.Update => UpdateMessage.DecodeBody(body, options),
            MessageType.Notification => NotificationMessage.DecodeBody(body),
            MessageType.RouteRefresh => RouteRefreshMessage.DecodeBody(body),
            _ => KeepaliveMessage.Instance,
        };
    }

    /// <param name="buffer">At least <see cref="MaxLength"/> long.</param>
    /// <returns>The length of the message.</returns>
    public int Encode(Span<byte> buffer, in CodecOptions options)
    {
        var writer = new BgpWriter(buffer);
        WriteHeader(ref writer, Type);
        EncodeBody(ref writer, options);
        EndMessage(ref writer, buffer);
        return writer.Length;
    }

    protected abstract void EncodeBody(ref BgpWriter body, in CodecOptions options);

    private static void WriteHeader(ref BgpWriter writer, MessageType type)
    {
        for (var i = 0; i < MarkerLength; i++)
            writer.WriteByte(0xff);
        writer.WriteUInt16(0); // known at the end
        writer.WriteByte((byte)type);
    }

    private static void EndMessage(ref BgpWriter writer, Span<byte> buffer) =>
        BinaryPrimitives.WriteUInt16BigEndian(buffer[MarkerLength..], (ushort)writer.Length);
}
