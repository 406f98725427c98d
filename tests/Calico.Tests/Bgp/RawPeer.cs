using System.Net;
using System.Net.Sockets;
using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;

namespace Calico.Tests.Bgp;

/// <summary>A peer in AS 65001 that sends whatever bytes a test wants.</summary>
internal sealed class RawPeer : IDisposable
{
    private static readonly CodecOptions Codec = new(FourOctetAs: true, IsInternal: false, PeerAs: 64512) { OnLoopback = true };

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[65536];
    private int _have;

    /// <param name="socket">Connected; the peer takes it over.</param>
    public RawPeer(Socket socket) => _socket = socket;

    public byte[] OpenFrame { get; set; } = MessageTests.Encode(
        new OpenMessage(65001, 90, IPAddress.Parse("10.99.0.1"),
        [
            new Capability.Multiprotocol(Family.IPv4Unicast),
            new Capability.Multiprotocol(Family.IPv6Unicast),
            new Capability.FourOctetAs(65001),
        ]),
        CodecOptions.BeforeOpen);

    public static async Task<RawPeer> ConnectAsync(string from, IPAddress to)
    {
        for (var attempt = 0; ; attempt++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(new IPEndPoint(to, TestSpeaker.Port), TestContext.Current.CancellationToken);
                return new RawPeer(socket);
            }
            catch (SocketException) when (attempt < 500) // not listening yet
            {
                socket.Dispose();
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }
    }

    public async Task SendAsync(string hex) => await _socket.SendAsync(Convert.FromHexString(hex), TestContext.Current.CancellationToken);

    public async Task OpenAsync()
    {
        await SendAsync(Convert.ToHexString(OpenFrame));
        Assert.IsType<OpenMessage>(await ReceiveAsync());
        Assert.IsType<KeepaliveMessage>(await ReceiveAsync());
    }

    public async Task EstablishAsync(params string[] announced)
    {
        await SendAsync(Convert.ToHexString(MessageTests.Encode(KeepaliveMessage.Instance, Codec)));
        foreach (var prefix in announced)
            await SendAsync(Announcement(prefix));
    }

    public static string Announcement(params string[] prefixes)
    {
        var attributes = new PathAttributes { Origin = Origin.Igp, AsPath = AsPath.Empty.Prepend(65001), NextHop = IPAddress.Parse("10.99.2.1") };
        return Convert.ToHexString(MessageTests.Encode(new UpdateMessage([], [new(attributes, prefixes.Select(prefix => new Prefix(IPNetwork.Parse(prefix))).ToValueArray())]), Codec));
    }

    /// <returns>Null when the connection has been closed.</returns>
    public async Task<BgpMessage?> ReceiveAsync()
    {
        while (BgpMessage.Frame(_buffer.AsSpan(0, _have)) == 0)
        {
            try
            {
                var read = await _socket.ReceiveAsync(_buffer.AsMemory(_have), TestContext.Current.CancellationToken);
                if (read == 0)
                    return null;
                _have += read;
            }
            catch (SocketException)
            {
                return null;
            }
        }

        var length = BgpMessage.Frame(_buffer.AsSpan(0, _have));
        var message = BgpMessage.Decode(_buffer.AsSpan(0, length), Codec);
        _buffer.AsSpan(length, _have - length).CopyTo(_buffer);
        _have -= length;
        return message;
    }

    public async Task<NotificationMessage?> ReceiveNotificationAsync()
    {
        while (await ReceiveAsync() is { } message)
        {
            if (message is NotificationMessage notification)
                return notification;
        }

        return null;
    }

    public void Dispose() => _socket.Dispose();
}
