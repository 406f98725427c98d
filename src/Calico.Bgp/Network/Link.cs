using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Calico.Bgp.Messages;
using Calico.Bgp.Session;

namespace Calico.Bgp.Network;

/// <summary>One TCP connection with a peer: reads and decodes on one side, sends what it is given on the other.</summary>
/// <remarks>
/// <see cref="Send(ArraySegment{byte})"/> never waits; whoever sends much looks at <see cref="Queued"/> first. Reading stops while the loop has not yet
/// taken what was read before, so neither side can fill the memory.
/// </remarks>
internal sealed class Link(int number, Socket socket, OpenMessage localOpen, TimeProvider time) : IDisposable
{
    private const int ReadSize = 64 * 1024; // holds the longest message there is

    /// <summary>RFC 9687 §3: a peer that takes nothing for this long is given up.</summary>
    private static readonly TimeSpan SendHoldTime = TimeSpan.FromMinutes(8);

    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);

    private readonly Channel<ArraySegment<byte>> _outgoing = Channel.CreateUnbounded<ArraySegment<byte>>(new() { SingleReader = true });
    private readonly SemaphoreSlim _taken = new(2); // batches that may be under way to the loop
    private readonly CancellationTokenSource _closing = new();
    private int _queued;
    private int _wantsRoom;

    public int Number { get; } = number;

    /// <summary>What we said of ourselves.</summary>
    public OpenMessage LocalOpen { get; } = localOpen;

    /// <summary>Ours and the peer's; no addresses if the connection is gone already.</summary>
    public (IPEndPoint Local, IPEndPoint Remote) EndPoints
    {
        get
        {
            var none = new IPEndPoint(LocalAddress, 0);
            try
            {
                return (socket.LocalEndPoint as IPEndPoint ?? none, socket.RemoteEndPoint as IPEndPoint ?? none);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return (none, none);
            }
        }
    }

    /// <summary>Our address on it.</summary>
    public IPAddress LocalAddress { get; } = ((IPEndPoint?)socket.LocalEndPoint)?.Address ?? IPAddress.Any;

    /// <summary>Puts another password or distance into force on a connection that stands.</summary>
    /// <returns>Why it could not; null if it could.</returns>
    public string? Secure(PeerConfiguration before, PeerConfiguration after)
    {
        try
        {
            if (before.Password != after.Password)
                SocketSecurity.SetKey(socket, new(after.Address, after.Address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128), after.Password);
            if ((before.TtlSecurity, before.Ttl) != (after.TtlSecurity, after.Ttl))
                SocketSecurity.SetDistance(socket, after.TtlSecurity, after.Ttl);
            return null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return e.Message;
        }
    }

    /// <summary>Octets that the kernel has not taken yet.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>Completes once the connection is closed and all that could be sent is sent.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <param name="post">Takes what happens on the link to the loop; called from any thread.</param>
    public void Start(Action<LinkNews> post)
    {
        socket.Blocking = false;
        _ = ReadAsync(post);
        Ended = WriteAsync(post);
    }

    /// <param name="message">Rented from the shared pool; the link returns it.</param>
    public void Send(ArraySegment<byte> message)
    {
        // Mostly the kernel takes all at once, and the peer has it sooner than any other thread could have sent it.
        var sent = Queued == 0 ? TrySend(message) : 0;
        message = message[sent..];
        Interlocked.Add(ref _queued, message.Count);
        if (message.Count == 0 || !_outgoing.Writer.TryWrite(message))
            Returned(message);
    }

    /// <returns>How many octets the kernel has taken. What is wrong, if something is, the writer finds out.</returns>
    private int TrySend(ReadOnlySpan<byte> message)
    {
        try
        {
            return Math.Max(0, socket.Send(message, SocketFlags.None, out _));
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }

    public void Send(BgpMessage message, in CodecOptions options)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BgpMessage.MaxLength);
        Send(new ArraySegment<byte>(buffer, 0, message.Encode(buffer, options)));
    }

    /// <summary>Asks for <see cref="LinkNews.Room"/> once all that is queued is out.</summary>
    public void AskForRoom() => Volatile.Write(ref _wantsRoom, 1);

    /// <summary>The loop has taken a batch of messages in.</summary>
    public void Taken() => _taken.Release();

    /// <summary>Reads no more, sends what is queued for at most two seconds, and ends.</summary>
    public void Dispose()
    {
        _outgoing.Writer.TryComplete();
        _closing.Cancel();
        _closing.Dispose();
        _taken.Dispose();
    }

    private async Task ReadAsync(Action<LinkNews> post)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        try
        {
            socket.NoDelay = true;
            await ReadAsync(buffer, post);
        }
        catch (OperationCanceledException)
        {
            // closed by us
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            post(new LinkNews.Happened(this, new SessionEvent.Lost(Number, $"connection lost: {e.Message}")));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task ReadAsync(byte[] buffer, Action<LinkNews> post)
    {
        var codec = CodecOptions.BeforeOpen;
        var have = 0;
        while (true)
        {
            await _taken.WaitAsync(_closing.Token);
            var read = await socket.ReceiveAsync(buffer.AsMemory(have), _closing.Token);
            if (read == 0)
            {
                post(new LinkNews.Happened(this, new SessionEvent.Lost(Number, "the peer has closed the connection")));
                return;
            }

            have += read;
            var messages = new List<BgpMessage>();
            var fault = Decode(buffer, ref have, messages, ref codec);
            post(new LinkNews.Arrived(this, messages));
            if (fault is not null)
            {
                post(new LinkNews.Happened(this, new SessionEvent.Malformed(Number, fault.Answer, fault.Message)));
                return;
            }
        }
    }

    private BgpProtocolException? Decode(byte[] buffer, ref int have, List<BgpMessage> messages, ref CodecOptions codec)
    {
        var start = 0;
        try
        {
            while (BgpMessage.Frame(buffer.AsSpan(start, have - start), codec.IsExtended) is var length and > 0)
            {
                var message = BgpMessage.Decode(buffer.AsSpan(start, length), codec);
                if (message is OpenMessage open)
                    codec = Agreement.Between(LocalOpen, open).Codec with { OnLoopback = IPAddress.IsLoopback(LocalAddress) };
                messages.Add(message);
                start += length;
            }
        }
        catch (BgpProtocolException fault)
        {
            return fault;
        }

        buffer.AsSpan(start, have - start).CopyTo(buffer);
        have -= start;
        return null;
    }

    private async Task WriteAsync(Action<LinkNews> post)
    {
        using var end = new CancellationTokenSource();
        await using var closing = _closing.Token.Register(() => end.CancelAfter(Linger));
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(end.Token))
            {
                await WriteAsync(message, end.Token);
                Returned(message);
                if (Queued == 0 && Interlocked.Exchange(ref _wantsRoom, 0) == 1)
                    post(new LinkNews.Room(this));
            }

            socket.Shutdown(SocketShutdown.Send);
        }
        catch (TimeoutException)
        {
            post(new LinkNews.Happened(this, new SessionEvent.Malformed(
                Number, NotificationMessage.SendHoldTimerExpired, $"send hold timer expired: the peer takes nothing since {SendHoldTime.TotalMinutes} minutes")));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            if (!_closing.IsCancellationRequested)
                post(new LinkNews.Happened(this, new SessionEvent.Lost(Number, $"connection lost: {e.Message}")));
        }
        finally
        {
            socket.Dispose();
        }
    }

    private async ValueTask WriteAsync(ArraySegment<byte> message, CancellationToken cancellation)
    {
        for (var rest = (ReadOnlyMemory<byte>)message; !rest.IsEmpty;)
        {
            var sending = socket.SendAsync(rest, SocketFlags.None, cancellation);
            rest = rest[(sending.IsCompleted ? await sending : await sending.AsTask().WaitAsync(SendHoldTime, time, cancellation))..];
        }
    }

    private void Returned(ArraySegment<byte> message)
    {
        Interlocked.Add(ref _queued, -message.Count);
        if (message.Array is not null)
            ArrayPool<byte>.Shared.Return(message.Array);
    }
}

/// <summary>What a link tells the loop.</summary>
internal abstract record LinkNews(Link Link)
{
    /// <summary>Messages in their order; answered by <see cref="Link.Taken"/>.</summary>
    public sealed record Arrived(Link Link, IReadOnlyList<BgpMessage> Messages) : LinkNews(Link);

    public sealed record Happened(Link Link, SessionEvent Event) : LinkNews(Link);

    /// <summary>All that was queued is out.</summary>
    public sealed record Room(Link Link) : LinkNews(Link);
}
