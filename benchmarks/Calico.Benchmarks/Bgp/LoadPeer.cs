using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Calico.Benchmarks.Bgp;

/// <summary>A peer that says what it is told to say, and counts what it hears.</summary>
internal sealed class LoadPeer(LoadPlan plan, int number) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool[] _has = new bool[plan.Prefixes + plan.Singles];
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
        _ = ReadAsync(cancel);
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

    public void Dispose() => _socket.Dispose();

    private byte[] Open()
    {
        var asNumber = plan.AsOf(number);
        byte[] four = [65, 4, (byte)(asNumber >> 24), (byte)(asNumber >> 16), (byte)(asNumber >> 8), (byte)asNumber];
        byte[] capabilities = [1, 4, 0, 1, 0, 1, .. four];
        byte[] identifier = [10, 200, (byte)(number >> 8), (byte)(number + 1)];
        return Feed.Message([4, (byte)(asNumber >> 8), (byte)asNumber, 0, 240, .. identifier, (byte)(2 + capabilities.Length), 2, (byte)capabilities.Length, .. capabilities], type: 1);
    }

    private async Task ReadAsync(CancellationToken cancel)
    {
        var buffer = new byte[256 * 1024];
        var have = 0;
        try
        {
            while (await _socket.ReceiveAsync(buffer.AsMemory(have), cancel) is var read and > 0)
            {
                have += read;
                var start = 0;
                while (have - start >= 19 && BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(start + 16)) is var length && have - start >= length)
                {
                    await HearAsync(buffer[start + 18], buffer.AsMemory(start + 19, length - 19), cancel);
                    start += length;
                }

                buffer.AsSpan(start, have - start).CopyTo(buffer);
                have -= start;
            }

            Fail("the router has closed the session");
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Fail(e.Message);
        }
    }

    private async ValueTask HearAsync(byte type, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        switch (type)
        {
            case 1:
                await SendAsync(Feed.Message([], type: 4), cancel);
                break;
            case 2:
                Update(body.Span);
                break;
            case 3:
                Fail($"the router says NOTIFICATION {body.Span[0]}/{body.Span[1]}");
                break;
            case 4 when !_up.Task.IsCompleted:
                _up.TrySetResult();
                break;
            case 4:
                await SendAsync(Feed.Message([], type: 4), cancel);
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
