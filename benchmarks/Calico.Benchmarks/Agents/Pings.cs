using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Calico.Benchmarks.Agents;

/// <summary>Echo requests over a raw socket (RFC 792), without the pauses that ping(8) makes.</summary>
internal sealed class Pings : IDisposable
{
    private const byte EchoReply = 0, EchoRequest = 8;
    private const int HeaderLength = 8;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp) { Blocking = false };
    private readonly EndPoint _target;
    private readonly ushort _identifier = (ushort)Environment.ProcessId;
    private readonly byte[] _received = new byte[2048];

    private Pings(string address) => _target = new IPEndPoint(IPAddress.Parse(address), 0);

    /// <summary>Asks every few milliseconds until the first reply.</summary>
    public static AgentAnswer AwaitReply(AgentRequest.AwaitReply request)
    {
        using var pings = new Pings(request.Address);
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0; Stopwatch.GetElapsedTime(began).TotalMilliseconds < request.LimitMilliseconds;)
        {
            pings.Send(sent++);
            if (pings.NextReply(Stopwatch.GetTimestamp() + 2_000_000) is not null)
                return new AgentAnswer.Replied(Stopwatch.GetTimestamp(), sent);
        }

        return new AgentAnswer.Failed($"{request.Address} does not answer within {request.LimitMilliseconds} ms");
    }

    /// <summary>Asks a number of times at an even pace, and waits a second for what is late.</summary>
    public static AgentAnswer.Pinged Count(AgentRequest.Ping request)
    {
        using var pings = new Pings(request.Address);
        var lost = Enumerable.Range(0, request.Count).ToHashSet();
        var due = Stopwatch.GetTimestamp();
        for (var sequence = 0; sequence < request.Count; sequence++)
        {
            pings.Send(sequence);
            due += request.IntervalMilliseconds * 1_000_000L;
            while (pings.NextReply(due) is { } reply)
                lost.Remove(reply);
        }

        var last = due + 1_000_000_000;
        while (lost.Count > 0 && pings.NextReply(last) is { } reply)
            lost.Remove(reply);

        return new AgentAnswer.Pinged(request.Count, [.. lost.Order()]);
    }

    public void Dispose() => _socket.Dispose();

    private void Send(int sequence)
    {
        Span<byte> request = stackalloc byte[HeaderLength];
        request.Clear();
        request[0] = EchoRequest;
        BinaryPrimitives.WriteUInt16BigEndian(request[4..], _identifier);
        BinaryPrimitives.WriteUInt16BigEndian(request[6..], (ushort)sequence);
        BinaryPrimitives.WriteUInt16BigEndian(request[2..], Checksum(request));
        try
        {
            _socket.SendTo(request, _target);
        }
        catch (SocketException)
        {
            // No route yet, or no buffer free: the request is lost, which is what the caller counts.
        }
    }

    /// <summary>The number of the next request that is answered; null if none is by <paramref name="due"/>.</summary>
    private int? NextReply(long due)
    {
        while (true)
        {
            var left = due - Stopwatch.GetTimestamp();
            if (!_socket.Poll(TimeSpan.FromMicroseconds(Math.Max(0, left / 1000)), SelectMode.SelectRead))
                return null;

            if (Parse(_received.AsSpan(0, _socket.Receive(_received))) is { } sequence)
                return sequence;
        }
    }

    private int? Parse(ReadOnlySpan<byte> packet)
    {
        var header = (packet[0] & 0xf) * 4;
        if (packet.Length < header + HeaderLength)
            return null;

        var message = packet[header..];
        return message[0] == EchoReply && BinaryPrimitives.ReadUInt16BigEndian(message[4..]) == _identifier
            ? BinaryPrimitives.ReadUInt16BigEndian(message[6..])
            : null;
    }

    /// <summary>The one's complement of the one's complement sum (RFC 1071); with one word of carries at most, as eight bytes have.</summary>
    private static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        for (var index = 0; index < bytes.Length; index += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[index..]);

        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~(sum + (sum >> 16));
    }
}
