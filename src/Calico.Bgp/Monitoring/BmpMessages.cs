using System.Buffers.Binary;
using System.Net;
using System.Text;
using Calico.Bgp.Messages;

namespace Calico.Bgp.Monitoring;

/// <summary>The messages of BMP, as octets ready for the wire: pure.</summary>
/// <remarks>RFC 7854 §4.1: version (1), length of the whole (4), type (1), then what the type asks for.</remarks>
internal static class BmpMessages
{
    public const int HeaderLength = 6;

    /// <summary>RFC 7854 §4.2.</summary>
    public const int PeerHeaderLength = 42;

    /// <summary>Where the UPDATE stands in a route monitoring message.</summary>
    public const int UpdateAt = HeaderLength + PeerHeaderLength;

    private const byte Version = 3;

    /// <summary>RFC 7854 §4.3.</summary>
    public static byte[] Initiation(string description, string name) =>
        Message(BmpType.Initiation, [.. Text(BmpInformation.SystemDescription, description), .. Text(BmpInformation.SystemName, name)]);

    /// <summary>RFC 7854 §4.5: closed by the administrator.</summary>
    public static byte[] Termination() => Message(BmpType.Termination, [0, 1, 0, 2, 0, 0]);

    /// <summary>RFC 7854 §4.10: our address (16), our port (2), the peer's (2), the OPEN that we sent, the OPEN that came.</summary>
    public static byte[] PeerUp(BmpPeerHeader peer, IPEndPoint local, IPEndPoint remote, OpenMessage sent, OpenMessage received)
    {
        Span<byte> body = stackalloc byte[PeerHeaderLength + 20 + 2 * BgpMessage.MaxLength];
        peer.Write(body);
        var writer = new BgpWriter(body[PeerHeaderLength..]);
        BmpPeerHeader.WriteAddress(ref writer, local.Address);
        writer.WriteUInt16((ushort)local.Port);
        writer.WriteUInt16((ushort)remote.Port);
        var length = PeerHeaderLength + writer.Length;
        length += sent.Encode(body[length..], CodecOptions.BeforeOpen);
        length += received.Encode(body[length..], CodecOptions.BeforeOpen);
        return Message(BmpType.PeerUp, body[..length]);
    }

    /// <summary>RFC 7854 §4.9: reason (1), then a NOTIFICATION, or the event of the state machine (2), or nothing.</summary>
    /// <param name="sent">The NOTIFICATION that we ended the session with.</param>
    /// <param name="received">The NOTIFICATION that the peer ended it with.</param>
    /// <param name="byUs">With neither: we closed the connection, not the peer.</param>
    public static byte[] PeerDown(BmpPeerHeader peer, NotificationMessage? sent, NotificationMessage? received, bool byUs)
    {
        const ushort NoEvent = 0;
        Span<byte> body = stackalloc byte[PeerHeaderLength + 1 + BgpMessage.MaxLength];
        peer.Write(body);
        var reason = (sent, received, byUs) switch
        {
            (not null, _, _) => BmpDownReason.LocalNotification,
            (_, not null, _) => BmpDownReason.RemoteNotification,
            (_, _, true) => BmpDownReason.LocalClosed,
            _ => BmpDownReason.RemoteClosed,
        };
        body[PeerHeaderLength] = (byte)reason;
        var length = PeerHeaderLength + 1;
        if ((sent ?? received) is { } notification)
        {
            length += notification.Encode(body[length..], CodecOptions.BeforeOpen);
        }
        else if (byUs)
        {
            BinaryPrimitives.WriteUInt16BigEndian(body[length..], NoEvent);
            length += sizeof(ushort);
        }

        return Message(BmpType.PeerDown, body[..length]);
    }

    /// <summary>RFC 7854 §4.8: count (4), then each as type (2), length (2), value.</summary>
    public static byte[] Statistics(BmpPeerHeader peer, params ReadOnlySpan<BmpStatistic> statistics)
    {
        Span<byte> body = stackalloc byte[PeerHeaderLength + 4 + statistics.Length * 12];
        peer.Write(body);
        var writer = new BgpWriter(body[PeerHeaderLength..]);
        writer.WriteUInt32((uint)statistics.Length);
        foreach (var (type, value) in statistics)
        {
            writer.WriteUInt16((ushort)type);
            var isGauge = type is not BmpStatisticType.TreatedAsWithdraw; // gauges are 64 bits wide, counters 32
            writer.WriteUInt16(isGauge ? (ushort)8 : (ushort)4);
            if (isGauge)
                writer.WriteUInt32((uint)(value >> 32));
            writer.WriteUInt32((uint)value);
        }

        return Message(BmpType.Statistics, body[..(PeerHeaderLength + writer.Length)]);
    }

    /// <summary>RFC 7854 §4.6: an UPDATE. It is there already, at <see cref="UpdateAt"/>.</summary>
    /// <param name="update">How long it is.</param>
    public static byte[] RouteMonitoring(BmpPeerHeader peer, Span<byte> buffer, int update)
    {
        WriteHeader(buffer, BmpType.RouteMonitoring, UpdateAt + update);
        peer.Write(buffer[HeaderLength..]);
        return buffer[..(UpdateAt + update)].ToArray();
    }

    private static byte[] Text(BmpInformation type, string text)
    {
        var value = Encoding.UTF8.GetBytes(text);
        return [0, (byte)type, (byte)(value.Length >> 8), (byte)value.Length, .. value];
    }

    private static byte[] Message(BmpType type, ReadOnlySpan<byte> body)
    {
        var message = new byte[HeaderLength + body.Length];
        WriteHeader(message, type, message.Length);
        body.CopyTo(message.AsSpan(HeaderLength));
        return message;
    }

    private static void WriteHeader(Span<byte> message, BmpType type, int length)
    {
        message[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(message[1..], (uint)length);
        message[5] = (byte)type;
    }
}

/// <summary>RFC 7854 §4.1.</summary>
internal enum BmpType : byte
{
    RouteMonitoring = 0,
    Statistics = 1,
    PeerDown = 2,
    PeerUp = 3,
    Initiation = 4,
    Termination = 5,
}

/// <summary>RFC 7854 §4.4.</summary>
internal enum BmpInformation : byte
{
    SystemDescription = 1,
    SystemName = 2,
}

/// <summary>RFC 7854 §4.9.</summary>
internal enum BmpDownReason : byte
{
    LocalNotification = 1,
    LocalClosed = 2,
    RemoteNotification = 3,
    RemoteClosed = 4,
}

/// <summary>RFC 7854 §4.8, RFC 8671 §6.2.</summary>
internal enum BmpStatisticType : ushort
{
    RoutesIn = 7,
    RoutesChosen = 8,
    TreatedAsWithdraw = 11,
    RoutesOut = 15,
}

internal sealed record BmpStatistic(BmpStatisticType Type, ulong Value);
