using System.Net;
using System.Net.Sockets;
using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Dataplane;

/// <summary>A connection of TCP or UDP between two namespaces, over which both ends can be told to send.</summary>
internal sealed class Conversation : IDisposable
{
    private Conversation(Socket client, Socket server) => (Client, Server) = (client, server);

    public Socket Client { get; }

    public Socket Server { get; }

    public static async Task<Conversation> TcpAsync(FreshNamespace from, FreshNamespace to, string address, int port)
    {
        using var listener = to.Listen(port);
        var target = new IPEndPoint(IPAddress.Parse(address), port);
        var client = from.Network.Run(() => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        client.NoDelay = true;
        await client.ConnectAsync(target, RoutedHost.Deadline(10));
        var server = await listener.AcceptSocketAsync(RoutedHost.Deadline(10));
        server.NoDelay = true;
        return new(client, server);
    }

    public static async Task<Conversation> UdpAsync(FreshNamespace from, FreshNamespace to, string address, int port)
    {
        var target = new IPEndPoint(IPAddress.Parse(address), port);
        var server = to.Network.Run(() => new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        server.Bind(target);
        var client = from.Network.Run(() => new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        await client.ConnectAsync(target, RoutedHost.Deadline(10));
        await client.SendAsync(new byte[1], RoutedHost.Deadline(10));
        var first = await server.ReceiveFromAsync(new byte[1], SocketFlags.None, target, RoutedHost.Deadline(10));
        await server.ConnectAsync(first.RemoteEndPoint, RoutedHost.Deadline(10));
        return new(client, server);
    }

    /// <summary>Octets there and the same number back, so many times over.</summary>
    public async Task ExchangeAsync(int times, int octets = 100)
    {
        for (var i = 0; i < times; i++)
        {
            await CarryAsync(Client, Server, octets);
            await CarryAsync(Server, Client, octets);
        }
    }

    /// <returns>False if nothing came back within a second.</returns>
    public async Task<bool> StillGoesAsync()
    {
        try
        {
            await Client.SendAsync(new byte[1], RoutedHost.Deadline(1));
            return await Server.ReceiveAsync(new byte[1], RoutedHost.Deadline(1)) == 1;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    public static async Task CarryAsync(Socket from, Socket to, int octets)
    {
        var sending = from.SendAsync(new byte[octets], RoutedHost.Deadline(10)); // more than the buffers between them hold, perhaps
        var buffer = new byte[octets];
        for (var got = 0; got < octets;)
        {
            var count = await to.ReceiveAsync(buffer.AsMemory(got), RoutedHost.Deadline(10));
            Assert.True(count > 0, "the other end closed the connection");
            got += count;
        }

        Assert.Equal(octets, await sending);
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
