using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Calico.Netlink.Wire;

/// <summary>A conversation with the kernel in one netlink family and one network namespace.</summary>
/// <remarks>
/// The kernel works a request off inside the send, so exchanges are synchronous and take microseconds.
/// Safe for use from several threads: one exchange (requests and all their answers) at a time.
/// The socket stays in the namespace that it was opened in, wherever it is used from.
/// </remarks>
internal sealed class NetlinkSocket : IDisposable
{
    public const int Route = 0, Netfilter = 12; // NETLINK_ROUTE, NETLINK_NETFILTER

    private const int DumpAttempts = 20;

    private readonly Socket _socket;
    private readonly Lock _exchange = new(); // guards _sequence and _answers, and keeps an exchange whole
    private readonly byte[] _answers = new byte[SocketOptions.LargestDatagram];
    private uint _sequence;

    private NetlinkSocket(Socket socket)
    {
        _socket = socket;
        Port = SocketOptions.PortOf(socket);
    }

    /// <summary>The socket's own address, which notices of its changes carry.</summary>
    public uint Port { get; }

    /// <param name="protocol"><see cref="Route"/> or <see cref="Netfilter"/>.</param>
    /// <param name="inside">The namespace to talk about; null for that of the calling thread.</param>
    public static NetlinkSocket Open(int protocol, NetworkNamespace? inside) => new(SocketOptions.Open(protocol, inside, []));

    /// <summary>Sends all requests in one sendmsg and waits until the kernel has worked them off.</summary>
    /// <returns>Those that it refused, in the order of the batch; of the others nothing is heard.</returns>
    public List<Refusal> Send(RequestBuffer requests)
    {
        lock (_exchange)
            return Send(requests, requests.Count - 1, isTransaction: false);
    }

    /// <summary>Sends a netfilter batch: all of it takes effect or nothing.</summary>
    /// <param name="requests">With the messages that open and close it.</param>
    /// <returns>Those that were at fault; index 0 is the opening message and stands for the batch as a whole.</returns>
    public List<Refusal> SendTransaction(RequestBuffer requests)
    {
        lock (_exchange)
            return Send(requests, requests.Count - 2, isTransaction: true); // older kernels do not acknowledge the closing one
    }

    /// <summary>Sends one request that is answered by one message.</summary>
    /// <param name="refusal">Set when there was no answer but a no.</param>
    public T? Get<T>(RequestBuffer request, Decoder<T?> decode, out Refusal refusal) where T : class
    {
        lock (_exchange)
        {
            var sequence = Number(request.Written);
            Transmit(request.Written);
            while (true)
            {
                var messages = new MessageReader(Receive());
                while (messages.Next())
                {
                    if (messages.Header.Sequence != sequence)
                        continue;

                    if (messages.Header.Type == NetlinkHeader.Error)
                    {
                        refusal = Refusal.Decode(messages.Header, messages.Body, 0);
                        return null;
                    }

                    refusal = default;
                    return decode(messages.Header.Type, messages.Body);
                }
            }
        }
    }

    /// <summary>Asks for all objects of a kind; asks again when the kernel says that the table changed meanwhile.</summary>
    /// <param name="decode">Null results are left out.</param>
    /// <param name="refusal">Set when the kernel would not list them.</param>
    public List<T> Dump<T>(RequestBuffer request, Decoder<T?> decode, out Refusal refusal) where T : class
    {
        lock (_exchange)
        {
            for (var attempt = 1; attempt < DumpAttempts; attempt++)
            {
                if (TryDump(request, decode, out refusal) is { } objects)
                    return objects;
            }

            // A table that never holds still: its last listing is as good as any to one who watches for changes besides.
            return TryDump(request, decode, out refusal, takeInterrupted: true) ?? [];
        }
    }

    public void Dispose() => _socket.Dispose();

    private List<T>? TryDump<T>(RequestBuffer request, Decoder<T?> decode, out Refusal refusal, bool takeInterrupted = false) where T : class
    {
        var sequence = Number(request.Written);
        Transmit(request.Written);
        var objects = new List<T>();
        var interrupted = false;
        while (true)
        {
            var messages = new MessageReader(Receive());
            while (messages.Next())
            {
                var header = messages.Header;
                if (header.Sequence != sequence)
                    continue;

                interrupted |= header.Flags.HasFlag(NetlinkFlags.DumpInterrupted);
                if (header.Type is NetlinkHeader.Error or NetlinkHeader.Done)
                {
                    refusal = Refusal.Decode(header, messages.Body, 0);
                    interrupted |= refusal.Errno == Errno.EINTR; // nf_tables says it so
                    return interrupted && !takeInterrupted ? null : objects;
                }

                if (decode(header.Type, messages.Body) is { } decoded)
                    objects.Add(decoded);
            }
        }
    }

    private List<Refusal> Send(RequestBuffer requests, int acknowledged, bool isTransaction)
    {
        var first = _sequence + 1;
        Number(requests.Written, acknowledged);
        Transmit(requests.Written);
        var refused = new List<Refusal>();
        while (!ReadAcknowledgements(first, first + (uint)acknowledged, refused, isTransaction))
        {
        }

        return refused;
    }

    /// <summary>Gives each message its sequence number, and one of them the wish to be acknowledged.</summary>
    /// <returns>The last number.</returns>
    private uint Number(Span<byte> requests, int acknowledged = -1)
    {
        for (var i = 0; requests.Length > 0; i++)
        {
            var header = MemoryMarshal.Read<NetlinkHeader>(requests) with { Sequence = ++_sequence };
            if (i == acknowledged)
                header = header with { Flags = header.Flags | NetlinkFlags.Ack };

            MemoryMarshal.Write(requests, in header);
            requests = requests[NetlinkHeader.Align((int)header.Length)..];
        }

        return _sequence;
    }

    /// <returns>True when there are no more to come: the last one is answered, or a whole netfilter batch was refused by its opening message.</returns>
    private bool ReadAcknowledgements(uint first, uint last, List<Refusal> refused, bool isTransaction)
    {
        var done = false;
        var messages = new MessageReader(Receive());
        while (messages.Next())
        {
            var header = messages.Header;
            if (header.Type != NetlinkHeader.Error || header.Sequence < first || header.Sequence > last)
                continue;

            var answer = Refusal.Decode(header, messages.Body, (int)(header.Sequence - first));
            if (!answer.IsSuccess)
                refused.Add(answer);

            done |= header.Sequence == last || (isTransaction && answer.Index == 0);
        }

        return done;
    }

    private void Transmit(ReadOnlySpan<byte> requests)
    {
        try
        {
            _socket.Send(requests);
        }
        catch (SocketException e)
        {
            throw new NetlinkException($"send {requests.Length} bytes of requests to the kernel", (Errno)e.ErrorCode, e.Message);
        }
    }

    private ReadOnlySpan<byte> Receive()
    {
        try
        {
            return _answers.AsSpan(0, _socket.Receive(_answers));
        }
        catch (SocketException e)
        {
            throw new NetlinkException("receive the kernel's answer", SocketOptions.ErrnoOf(e), e.Message);
        }
    }
}
