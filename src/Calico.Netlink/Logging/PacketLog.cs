using System.Net.Sockets;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Logging;

/// <summary>Hears of packets that rules tell one group of (nfnetlink_log). One listener a group and namespace.</summary>
public sealed class PacketLog : IDisposable
{
    private const byte Subsystem = 4, Packet = 0, Config = 1; // NFNL_SUBSYS_ULOG, NFULNL_MSG_*
    private const ushort Command = 1, Mode = 2, Timeout = 4; // NFULA_CFG_*
    private const byte Bind = 1, CopyPacket = 2; // NFULNL_CFG_CMD_BIND, NFULNL_COPY_PACKET
    private const ushort InterfaceIn = 4, InterfaceOut = 5, Payload = 9, Prefix = 10; // NFULA_*
    private const int SnapLength = 128;

    /// <summary>How long the kernel gathers packets before it tells of them, in hundredths of a second.</summary>
    private const uint GatherHundredths = 10;

    private readonly Monitoring _monitoring;

    private PacketLog(Monitoring monitoring) => _monitoring = monitoring;

    /// <param name="group">The rules' group.</param>
    /// <param name="inside">The namespace to listen to; null for that of the calling thread.</param>
    /// <exception cref="NetlinkException">Somebody else listens to the group, or the kernel cannot.</exception>
    public static PacketLog Open(ushort group, NetworkNamespace? inside = null)
    {
        var socket = SocketOptions.Open(NetlinkSocket.Netfilter, inside, []);
        try
        {
            socket.ReceiveTimeout = 0;
            Configure(socket, group);
            return new(new Monitoring(socket));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The packets, one by one, until cancelled.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IAsyncEnumerable<LoggedPacket> ReadAsync(CancellationToken cancellation) =>
        _monitoring.ReadAsync((header, body) => Decode(header.Type, body), new LoggedPacket("", 0, 0, [], Lost: true), cancellation);

    public void Dispose() => _monitoring.Dispose();

    internal static LoggedPacket? Decode(ushort type, ReadOnlySpan<byte> body)
    {
        if (type != ((Subsystem << 8) | Packet))
            return null;

        MessageReader.ReadFixed<NetfilterMessage.NfGen>(body, out var attributes);
        var packet = new LoggedPacket("", 0, 0, []);
        while (attributes.Next())
        {
            packet = attributes.Type switch
            {
                InterfaceIn => packet with { InterfaceIn = (int)attributes.ReadUInt32BigEndian() },
                InterfaceOut => packet with { InterfaceOut = (int)attributes.ReadUInt32BigEndian() },
                Payload => packet with { Bytes = attributes.Value.ToArray() },
                Prefix => packet with { Prefix = attributes.ReadString() },
                _ => packet,
            };
        }

        return packet;
    }

    private static void Configure(Socket socket, ushort group)
    {
        var requests = new RequestBuffer(128);
        var bind = NetfilterMessage.Begin(requests, Subsystem, Config, NetlinkFlags.Ack, family: 0, group);
        bind.Put(Command, Bind);
        bind.End();
        Exchange(socket, requests, $"listen to log group {group}");

        // struct nfulnl_msg_config_mode: copy_range (4, network order), copy_mode (1), padding (1).
        requests.Clear();
        var mode = NetfilterMessage.Begin(requests, Subsystem, Config, NetlinkFlags.Ack, family: 0, group);
        mode.Put(Mode, [0, 0, 0, SnapLength, CopyPacket, 0]);
        mode.PutBigEndian(Timeout, GatherHundredths);
        mode.End();
        Exchange(socket, requests, $"set the length of packets of log group {group}");
    }

    private static void Exchange(Socket socket, RequestBuffer request, string action)
    {
        Span<byte> answer = stackalloc byte[4096];
        socket.Send(request.Written);
        while (true)
        {
            var messages = new MessageReader(answer[..socket.Receive(answer)]);
            while (messages.Next())
            {
                if (messages.Header.Type != NetlinkHeader.Error)
                    continue; // a packet already

                var refusal = Refusal.Decode(messages.Header, messages.Body, 0);
                if (!refusal.IsSuccess)
                    throw refusal.ToException(action);

                return;
            }
        }
    }
}
