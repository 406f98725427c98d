using System.Net;
using System.Net.Sockets;
using Calico.Netlink;

namespace Calico.Lab.Tests.Support;

/// <summary>A name server inside a machine of a lab: it answers every query with one address, by UDP and TCP, and remembers who asked.</summary>
internal sealed class NameServerStandIn : IAsyncDisposable
{
    private readonly IPAddress _answer;
    private readonly Socket _datagrams, _streams;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _running;

    /// <param name="namespacePath">The machine's network.</param>
    /// <param name="address">One of the machine's.</param>
    /// <param name="answer">The answer to everything.</param>
    public NameServerStandIn(string namespacePath, IPAddress address, IPAddress answer)
    {
        _answer = answer;
        using var inside = NetworkNamespace.OpenPath(namespacePath);
        Socket? datagrams = null, streams = null;
        inside.Run(() =>
        {
            datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            datagrams.Bind(new IPEndPoint(address, 53));
            streams = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            streams.Bind(new IPEndPoint(address, 53));
            streams.Listen();
        });
        (_datagrams, _streams) = (datagrams!, streams!); // Run has run it
        _running = Task.WhenAll(AnswerDatagramsAsync(), AnswerStreamsAsync());
    }

    /// <summary>The address that the last query came from.</summary>
    public IPAddress? LastAsker { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _datagrams.Dispose();
        _streams.Dispose();
        _end.Dispose();
    }

    private async Task AnswerDatagramsAsync()
    {
        var room = new byte[1500];
        while (true)
        {
            var came = await _datagrams.ReceiveFromAsync(room, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _end.Token);
            LastAsker = ((IPEndPoint)came.RemoteEndPoint).Address;
            await _datagrams.SendToAsync(Answer(room.AsSpan(0, came.ReceivedBytes)), SocketFlags.None, came.RemoteEndPoint, _end.Token);
        }
    }

    private async Task AnswerStreamsAsync()
    {
        while (true)
        {
            using var client = await _streams.AcceptAsync(_end.Token);
            LastAsker = ((IPEndPoint?)client.RemoteEndPoint)?.Address;
            var room = new byte[1500];
            var length = await client.ReceiveAsync(room, _end.Token);
            var answer = Answer(room.AsSpan(2, length - 2));
            await client.SendAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer], _end.Token);
        }
    }

    /// <summary>The question again, then, if it was for an IPv4 address, a record that points back to it.</summary>
    private byte[] Answer(ReadOnlySpan<byte> query)
    {
        var end = 12;
        while (query[end] != 0)
            end += 1 + query[end];
        end += 5;
        var isAddress = query[end - 3] == 1;
        byte[] record = isAddress ? [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, .. _answer.GetAddressBytes()] : [];
        return [query[0], query[1], 0x81, 0x80, 0, 1, 0, (byte)(isAddress ? 1 : 0), 0, 0, 0, 0, .. query[12..end], .. record];
    }
}
