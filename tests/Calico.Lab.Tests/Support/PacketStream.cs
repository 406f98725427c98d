using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Calico.Netlink;

namespace Calico.Lab.Tests.Support;

/// <summary>Numbered datagrams from one namespace to another and back, a hundred a second, each of which must come back.</summary>
/// <remarks>Threads of its own and large buffers: a machine under load makes packets late, and loses none.</remarks>
internal sealed class PacketStream : IDisposable
{
    private const int Port = 7007, ForceReceiveBuffer = 33, Buffer = 8 << 20; // SO_RCVBUFFORCE

    private readonly Socket _far;
    private readonly Socket _near;
    private readonly EndPoint _target;
    private readonly Thread[] _threads;
    private readonly HashSet<int> _unanswered = [];
    private volatile bool _isSending = true;
    private int _sent;

    public PacketStream(NetworkNamespace from, string source, NetworkNamespace to, string target)
    {
        _far = Bound(to, new(IPAddress.Parse(target), Port));
        _near = Bound(from, new(IPAddress.Parse(source), 0));
        _target = new IPEndPoint(IPAddress.Parse(target), Port);
        _threads = [Running(Echo), Running(Count), Running(Send)];
    }

    public int Answered
    {
        get
        {
            lock (_unanswered)
                return _sent - _unanswered.Count;
        }
    }

    /// <summary>Sends no more, and waits for what is under way.</summary>
    /// <returns>The numbers of those that did not come back, of how many.</returns>
    public async Task<(IReadOnlyList<int> Lost, int Sent)> StopAsync()
    {
        _isSending = false;
        _threads[2].Join();
        for (var i = 0; i < 100 && Answered < _sent; i++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        lock (_unanswered)
            return ([.. _unanswered.Order()], _sent);
    }

    public void Dispose()
    {
        _isSending = false;
        _far.Dispose();
        _near.Dispose();
        foreach (var thread in _threads)
            thread.Join();
    }

    private static Thread Running(Action work)
    {
        var thread = new Thread(() => UntilClosed(work)) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private static void UntilClosed(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted })
        {
            // the stream is at its end
        }
    }

    private static Socket Bound(NetworkNamespace host, IPEndPoint address) => host.Run(() =>
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.SetRawSocketOption(1, ForceReceiveBuffer, BitConverter.GetBytes(Buffer)); // SOL_SOCKET
        socket.Bind(address);
        return socket;
    });

    private void Echo()
    {
        var packet = new byte[4];
        EndPoint from = new IPEndPoint(((IPEndPoint)_target).AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                _far.ReceiveFrom(packet, ref from);
                _far.SendTo(packet, from);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.ConnectionRefused)
            {
                // no way back just now: the packet counts as lost
            }
        }
    }

    private void Count()
    {
        var packet = new byte[4];
        while (true)
        {
            try
            {
                _near.Receive(packet);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.ConnectionRefused)
            {
                continue;
            }

            lock (_unanswered)
                _unanswered.Remove(BinaryPrimitives.ReadInt32BigEndian(packet));
        }
    }

    private void Send()
    {
        var packet = new byte[4];
        while (_isSending)
        {
            lock (_unanswered)
                _unanswered.Add(++_sent);
            BinaryPrimitives.WriteInt32BigEndian(packet, _sent);
            try
            {
                _near.SendTo(packet, _target);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.NetworkUnreachable or SocketError.HostUnreachable)
            {
                // no route: the packet counts as lost
            }

            Thread.Sleep(10);
        }
    }
}
