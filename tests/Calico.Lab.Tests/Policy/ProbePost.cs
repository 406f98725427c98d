using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Calico.Calc.Evaluation;
using Calico.Model.Addresses;
using Calico.Netlink;

namespace Calico.Lab.Tests.Policy;

/// <summary>Sends probes from inside a namespace and notes which arrive there, below the namespace's own filters.</summary>
internal sealed class ProbePost : IDisposable
{
    private const int EtherIPv4 = 0x0800;

    private const int EtherIPv6 = 0x86DD;

    private readonly Socket _sender4;
    private readonly Socket _sender6;
    private readonly Socket[] _listeners;
    private readonly Thread[] _receiving;
    private volatile bool _isOver;
    private readonly ConcurrentDictionary<uint, bool> _arrived;

    /// <param name="at">The namespace.</param>
    /// <param name="name">For the threads.</param>
    /// <param name="arrived">Gets the numbers of the probes that arrive.</param>
    public ProbePost(NetworkNamespace at, string name, ConcurrentDictionary<uint, bool> arrived)
    {
        _arrived = arrived;
        _sender4 = at.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw)); // IPPROTO_RAW: the header is ours
        _sender6 = at.Run(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.Raw));
        _listeners = [.. new[] { EtherIPv4, EtherIPv6 }.Select(ether => at.Run(() => Listen(ether)))];
        _receiving = [.. _listeners.Select(listener => new Thread(() => Receive(listener)) { IsBackground = true, Name = $"probes at {name}" })];
        foreach (var thread in _receiving)
            thread.Start();
    }

    public void Send(Packet packet, uint id)
    {
        var sender = packet.Destination.IsIPv4 ? _sender4 : _sender6;
        try
        {
            sender.SendTo(ProbePacket.Write(packet, id), new IPEndPoint(packet.Destination, 0));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AccessDenied or SocketError.HostUnreachable or SocketError.NetworkUnreachable)
        {
            // it does not arrive, which is what is asked
        }
    }

    public void Dispose()
    {
        _isOver = true;
        foreach (var thread in _receiving)
            thread.Join();
        _sender4.Dispose();
        _sender6.Dispose();
        foreach (var listener in _listeners)
            listener.Dispose();
    }

    private static Socket Listen(int ether) => new(AddressFamily.Packet, SocketType.Dgram, (ProtocolType)IPAddress.HostToNetworkOrder((short)ether))
    {
        ReceiveBufferSize = 4 << 20,
        ReceiveTimeout = 100, // milliseconds; a packet socket cannot be closed while it is waited on
    };

    private void Receive(Socket listener)
    {
        var buffer = new byte[2048];
        while (!_isOver)
        {
            try
            {
                var length = listener.Receive(buffer);
                if (ProbePacket.ReadId(buffer.AsSpan(0, length)) is { } id)
                    _arrived.TryAdd(id, true);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                // nothing came for a while
            }
        }
    }
}
