using System.Net.Sockets;
using System.Threading.Channels;

namespace Calico.Bgp.Monitoring;

/// <summary>One TCP connection to a station. Whoever sends never waits, and looks at <see cref="Queued"/>.</summary>
internal sealed class StationConnection(Socket socket, TimeProvider time)
{
    private const int Batch = 64 * 1024;

    /// <summary>A station that takes nothing for so long is given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Channel<byte[]> _messages = Channel.CreateUnbounded<byte[]>(new() { SingleReader = true });
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _queued;
    private int _wantsRoom;

    /// <summary>Octets that the kernel has not taken yet.</summary>
    public int Queued => Volatile.Read(ref _queued);

    public void Send(byte[] message)
    {
        Interlocked.Add(ref _queued, message.Length);
        if (!_messages.Writer.TryWrite(message))
            Interlocked.Add(ref _queued, -message.Length);
    }

    /// <summary>Asks to be told once more when all that is queued is out.</summary>
    public void AskForRoom() => Volatile.Write(ref _wantsRoom, 1);

    /// <summary>Sends what is queued, and ends.</summary>
    public void End() => _messages.Writer.TryComplete();

    /// <summary>Ends at once.</summary>
    public void Break(string reason) => _broken.TrySetResult(reason);

    /// <param name="room">Called when there is room again; from any thread.</param>
    /// <returns>When the connection is over: why.</returns>
    public async Task<string> RunAsync(Action room, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var writing = WriteAsync(room, end.Token);
        var first = await Task.WhenAny(writing, ReadAsync(end.Token), _broken.Task);
        End();
        await end.CancelAsync();
        await writing;
        socket.Dispose();
        return await first;
    }

    private async Task<string> WriteAsync(Action room, CancellationToken cancellation)
    {
        var buffer = new byte[Batch];
        var have = 0;
        try
        {
            while (await _messages.Reader.WaitToReadAsync(cancellation))
            {
                while (_messages.Reader.TryRead(out var message))
                {
                    for (ReadOnlyMemory<byte> rest = message; rest.Length > 0;)
                    {
                        var taken = Math.Min(rest.Length, Batch - have);
                        rest[..taken].CopyTo(buffer.AsMemory(have));
                        (have, rest) = (have + taken, rest[taken..]);
                        if (have == Batch)
                            have = await SendAsync(buffer, have, cancellation);
                    }
                }

                have = await SendAsync(buffer, have, cancellation);
                if (Queued == 0 && Interlocked.Exchange(ref _wantsRoom, 0) == 1)
                    room();
            }

            return "ended by configuration";
        }
        catch (TimeoutException)
        {
            return $"it has taken nothing for {Patience.TotalSeconds:0} s";
        }
        catch (OperationCanceledException)
        {
            return "ended";
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return e.Message;
        }
    }

    /// <returns>0: nothing is left in the buffer.</returns>
    private async Task<int> SendAsync(byte[] buffer, int count, CancellationToken cancellation)
    {
        for (var sent = 0; sent < count;)
        {
            var taken = await socket.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None, cancellation).AsTask().WaitAsync(Patience, time, cancellation);
            sent += taken;
            Interlocked.Add(ref _queued, -taken);
        }

        return 0;
    }

    /// <summary>A station says nothing (RFC 7854 §3.2); that it closes the connection is heard so.</summary>
    private async Task<string> ReadAsync(CancellationToken cancellation)
    {
        var ignored = new byte[256];
        try
        {
            while (await socket.ReceiveAsync(ignored, SocketFlags.None, cancellation) > 0)
            {
                // nothing that it could say is of interest
            }

            return "it has closed the connection";
        }
        catch (OperationCanceledException)
        {
            return "ended";
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return e.Message;
        }
    }
}
