using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Calico.Netlink.Wire;

/// <summary>Reads a multicast socket as a stream of events.</summary>
internal sealed class Monitoring(Socket socket) : IDisposable
{
    private readonly byte[] _datagram = new byte[SocketOptions.LargestDatagram];

    /// <param name="decode">Null results are left out.</param>
    /// <param name="overflow">What to say when the kernel dropped some (ENOBUFS).</param>
    public async IAsyncEnumerable<T> ReadAsync<T>(NoticeDecoder<T> decode, T overflow, [EnumeratorCancellation] CancellationToken cancellation) where T : class
    {
        while (true)
        {
            foreach (var happened in await ReceiveAsync(decode, overflow, cancellation))
                yield return happened;
        }
    }

    public void Dispose() => socket.Dispose();

    private async Task<List<T>> ReceiveAsync<T>(NoticeDecoder<T> decode, T overflow, CancellationToken cancellation) where T : class
    {
        try
        {
            var length = await socket.ReceiveAsync(_datagram, cancellation);
            return DecodeAll(_datagram.AsSpan(0, length), decode);
        }
        catch (SocketException e) when (SocketOptions.ErrnoOf(e) == Errno.ENOBUFS)
        {
            // Until its queue is empty the kernel drops whatever is new, and does not say so again: what is told after that is whole.
            Drain();
            return [overflow];
        }
        catch (SocketException e)
        {
            throw new NetlinkException("receive the kernel's notices", SocketOptions.ErrnoOf(e), e.Message);
        }
    }

    private void Drain()
    {
        while (socket.Poll(TimeSpan.Zero, SelectMode.SelectRead))
            socket.Receive(_datagram, SocketFlags.None, out _);
    }

    private static List<T> DecodeAll<T>(ReadOnlySpan<byte> datagram, NoticeDecoder<T> decode) where T : class
    {
        var events = new List<T>();
        var messages = new MessageReader(datagram);
        while (messages.Next())
        {
            if (decode(messages.Header, messages.Body) is { } happened)
                events.Add(happened);
        }

        return events;
    }
}
