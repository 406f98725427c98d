using System.Net;
using System.Net.Sockets;
using Calico.Names.Wire;
using Microsoft.Extensions.Logging;

namespace Calico.Names.Serving;

/// <summary>Answers queries that came by UDP, of one family.</summary>
/// <remarks>
/// A query was sent to some server and is answered from that server's address, which is none of ours: the answer is written headers and
/// all. So one socket reads and one writes, however many servers there are, and no port of this host is taken.
/// </remarks>
internal sealed partial class DatagramServer(AddressFamily family, NameResponder responder, Upstream upstream, ILogger log) : IDisposable
{
    private const int Domain = 53;

    /// <summary>So many are waiting for others' answers at most; then queries are dropped, and asked again later.</summary>
    private const int MostWaiting = 512;

    private readonly byte[] _room = new byte[DnsQuery.LargestSize];
    private readonly byte[] _packet = new byte[Datagram.LargestHeader + ushort.MaxValue];
    private readonly Lock _sending = new(); // guards _packet
    private readonly SemaphoreSlim _waiting = new(MostWaiting);
    private Socket? _reading, _writing;

    /// <exception cref="SocketException">The kernel refuses.</exception>
    public void Open(int port)
    {
        var isIPv4 = family == AddressFamily.InterNetwork;
        _reading = Transparency.Open(family, SocketType.Dgram, ProtocolType.Udp);
        _reading.SetSocketOption(isIPv4 ? SocketOptionLevel.IP : SocketOptionLevel.IPv6, SocketOptionName.PacketInformation, optionValue: true);
        _reading.ReceiveBufferSize = 1 << 20;
        _reading.Bind(new IPEndPoint(isIPv4 ? IPAddress.Loopback : IPAddress.IPv6Loopback, port));
        _writing = new Socket(family, SocketType.Raw, ProtocolType.Raw); // IPPROTO_RAW: with headers of ours, and it hears nothing
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        var socket = _reading ?? throw new InvalidOperationException("the server was not opened");
        var message = new byte[ushort.MaxValue];
        var anyone = new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                var came = await socket.ReceiveMessageFromAsync(message, SocketFlags.None, anyone, cancellation);
                if (came.RemoteEndPoint is IPEndPoint asker)
                    Take(message.AsMemory(0, came.ReceivedBytes), new(came.PacketInformation.Address, Domain), asker, cancellation);
            }
            catch (SocketException e)
            {
                Failed(e.Message);
            }
        }
    }

    public void Dispose()
    {
        _reading?.Dispose();
        _writing?.Dispose();
        _waiting.Dispose();
    }

    private void Take(ReadOnlyMemory<byte> message, IPEndPoint server, IPEndPoint asker, CancellationToken cancellation)
    {
        var reply = responder.Answer(asker.Address, message.Span, isStream: false, _room);
        if (reply.Deed == Deed.Answer)
            Send(server, asker, _room.AsSpan(0, reply.Length));
        else if (reply is { Deed: Deed.PassOn, Query: { } query } && _waiting.Wait(0, CancellationToken.None))
            _ = PassOnAsync(message.ToArray(), query, server, asker, cancellation);
    }

    private async Task PassOnAsync(byte[] message, DnsQuery query, IPEndPoint server, IPEndPoint asker, CancellationToken cancellation)
    {
        try
        {
            var answer = await upstream.AskAsync(message, server, cancellation);
            // An answer that is longer than a packet may be is asked for again by TCP.
            if (answer is { } whole && whole.Length <= DnsQuery.LargestSize)
                Send(server, asker, whole.Span);
            else
                SendEmpty(message, query, answer is null, server, asker);
        }
        catch (OperationCanceledException)
        {
            // the end
        }
        finally
        {
            _waiting.Release();
        }
    }

    private void SendEmpty(byte[] message, DnsQuery query, bool hasFailed, IPEndPoint server, IPEndPoint asker)
    {
        Span<byte> room = stackalloc byte[DnsQuery.PlainSize];
        var length = DnsAnswer.WriteEmpty(message, query, hasFailed ? ResponseCode.ServerFailure : ResponseCode.NoError, isCut: !hasFailed, room);
        Send(server, asker, room[..length]);
    }

    private void Send(IPEndPoint from, IPEndPoint to, ReadOnlySpan<byte> answer)
    {
        lock (_sending)
        {
            try
            {
                var length = Datagram.Write(from, to, answer, _packet);
                _writing?.SendTo(_packet.AsSpan(0, length), SocketFlags.None, new IPEndPoint(to.Address, 0));
            }
            catch (SocketException e)
            {
                NotSent(to.Address, e.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A query for a name could not be received: {Reason}")]
    private partial void Failed(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "An answer to {Asker} could not be sent: {Reason}")]
    private partial void NotSent(IPAddress asker, string reason);
}
