using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Calico.Benchmarks.Bgp;

/// <summary>A peer that says what it is told to say, and counts what it hears.</summary>
internal sealed class LoadPeer(LoadPlan plan, int number) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool[] _has = new bool[plan.Prefixes + plan.Singles];
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly CancellationTokenSource _pause = new();
    private Task _reading = Task.CompletedTask;
    private int _have;
    private TaskCompletionSource<long>? _reached;
    private int _target = -1;
    private volatile int _count;

    /// <summary>How many prefixes it has been told of and not been told to forget.</summary>
    public int Count => _count;

    /// <summary>Completes when the session is up.</summary>
    public async Task ConnectAsync(CancellationToken cancel)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Parse(LoadPlan.AddressOf(number)), 0));
        await _socket.ConnectAsync(IPAddress.Parse(LoadPlan.RouterAddress), LoadPlan.Port, cancel);
        await SendAsync(Open(), cancel);
        _reading = ReadAsync(_pause.Token);
        await _up.Task.WaitAsync(cancel);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes, cancel)..];
    }

    /// <summary>On the caller's thread. For what the kernel takes at once.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (_socket.Send(bytes) != bytes.Length)
            throw new BenchException($"peer {number}: the router's socket is full");
    }

    /// <summary>Completes when it knows of exactly so many prefixes.</summary>
    /// <returns>The timestamp at which it came to know, however late whoever waits for it gets to run.</returns>
    public Task<long> ReachAsync(int count)
    {
        lock (_has)
        {
            _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _target = count;
            if (_count == count)
                _reached.SetResult(Stopwatch.GetTimestamp());
            return _reached.Task;
        }
    }

    /// <summary>From now on it hears only by <see cref="HearUntil"/>.</summary>
    public async Task PauseAsync()
    {
        await _pause.CancelAsync();
        await _reading;
    }

    /// <summary>Hears on the caller's thread until it knows of exactly so many prefixes: of two threads one would have to be woken, on a core that sleeps.</summary>
    public void HearUntil(int count)
    {
        while (_count != count)
        {
            if (!_socket.Poll(Patience, SelectMode.SelectRead))
                throw new BenchException($"peer {number}: knows of {_count} prefixes, not of {count}");
            if (!Take(_socket.Receive(_buffer.AsSpan(_have))))
                throw new BenchException($"peer {number}: the router has closed the session");
        }
    }

    public void Dispose() => _socket.Dispose();

    private byte[] Open()
    {
        var asNumber = plan.AsOf(number);
        byte[] four = [65, 4, (byte)(asNumber >> 24), (byte)(asNumber >> 16), (byte)(asNumber >> 8), (byte)asNumber];
        byte[] capabilities = [1, 4, 0, 1, 0, 1, .. four];
        byte[] identifier = [10, 200, (byte)(number >> 8), (byte)(number + 1)];
        return Feed.Message([4, (byte)(asNumber >> 8), (byte)asNumber, 0, 240, .. identifier, (byte)(2 + capabilities.Length), 2, (byte)capabilities.Length, .. capabilities], type: 1);
    }

    private async Task ReadAsync(CancellationToken pause)
    {
        try
        {
            while (Take(await _socket.ReceiveAsync(_buffer.AsMemory(_have), pause)))
            {
            }

            Fail("the router has closed the session");
        }
        catch (OperationCanceledException)
        {
            // paused
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or BenchException)
        {
            Fail(e.Message);
        }
    }

    /// <summary>Hears the messages that are whole.</summary>
    /// <param name="read">How many octets have come; 0 at the end.</param>
    private bool Take(int read)
    {
        _have += read;
        var start = 0;
        while (_have - start >= 19 && BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(start + 16)) is var length && _have - start >= length)
        {
            Hear(_buffer[start + 18], _buffer.AsSpan(start + 19, length - 19));
            start += length;
        }

        _buffer.AsSpan(start, _have - start).CopyTo(_buffer);
        _have -= start;
        return read > 0;
    }

    private void Hear(byte type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case 1:
                Send(Feed.Message([], type: 4));
                break;
            case 2:
                Update(body);
                break;
            case 3:
                Fail($"the router says NOTIFICATION {body[0]}/{body[1]}");
                break;
            case 4 when !_up.Task.IsCompleted:
                _up.TrySetResult();
                break;
            case 4:
                Send(Feed.Message([], type: 4));
                break;
        }
    }

    private void Update(ReadOnlySpan<byte> body)
    {
        var withdrawn = BinaryPrimitives.ReadUInt16BigEndian(body);
        var attributes = BinaryPrimitives.ReadUInt16BigEndian(body[(2 + withdrawn)..]);
        lock (_has)
        {
            Mark(body.Slice(2, withdrawn), present: false);
            Mark(body[(4 + withdrawn + attributes)..], present: true);
            if (_count == _target)
                _reached?.TrySetResult(Stopwatch.GetTimestamp());
        }
    }

    private void Mark(ReadOnlySpan<byte> prefixes, bool present)
    {
        for (; prefixes.Length >= 4; prefixes = prefixes[4..])
        {
            var index = Feed.NumberOf(BinaryPrimitives.ReadUInt32BigEndian(prefixes) << 8);
            if (prefixes[0] != 24 || _has[index] == present)
                continue;

            _has[index] = present;
            _count += present ? 1 : -1;
        }
    }

    private void Fail(string why)
    {
        var failure = new BenchException($"peer {number}: {why}");
        _up.TrySetException(failure);
        _reached?.TrySetException(failure);
    }
}
