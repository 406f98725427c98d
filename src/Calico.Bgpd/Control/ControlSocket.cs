using System.Net.Sockets;
using System.Text;

namespace Calico.Bgpd.Control;

/// <summary>Answers questions on a Unix socket: a line in, a line of JSON out, as often as the caller likes.</summary>
internal sealed class ControlSocket : IDisposable
{
    private const int LongestLine = 4096;

    private readonly Socket _listener;
    private readonly string _path;

    private ControlSocket(Socket listener, string path) => (_listener, _path) = (listener, path);

    /// <exception cref="IOException">The socket cannot be made, or another program answers on it.</exception>
    public static ControlSocket Open(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (File.Exists(path))
                RemoveDead(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(16);
            return new(listener, path);
        }
        catch (Exception e) when (e is SocketException or ArgumentException or UnauthorizedAccessException or IOException)
        {
            listener.Dispose();
            throw new IOException($"cannot make the control socket {path}: {e.Message}", e);
        }
    }

    public async Task RunAsync(Commands commands, CancellationToken cancellation)
    {
        var answering = new List<Task>();
        try
        {
            while (true)
            {
                var caller = await _listener.AcceptAsync(cancellation);
                answering.RemoveAll(task => task.IsCompleted);
                answering.Add(AnswerAsync(caller, commands, cancellation));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(answering);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_path);
    }

    /// <summary>One that is left over from a program that was killed answers nobody.</summary>
    private static void RemoveDead(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }

        throw new IOException("another program answers on it: end that one, or name another socket");
    }

    private static async Task AnswerAsync(Socket caller, Commands commands, CancellationToken cancellation)
    {
        try
        {
            await using var stream = new NetworkStream(caller, ownsSocket: true);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            while (await ReadLineAsync(reader, cancellation) is { } line)
            {
                if (line.Trim() is { Length: > 0 } command)
                    await commands.AnswerAsync(command, stream, cancellation);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            // the caller has gone, or we go
        }
    }

    /// <returns>Null at the end, or when the line is too long to be a command.</returns>
    private static async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken cancellation)
    {
        var line = new StringBuilder();
        var one = new char[1];
        while (await reader.ReadAsync(one, cancellation) == 1)
        {
            if (one[0] == '\n')
                return line.ToString();
            if (line.Append(one[0]).Length > LongestLine)
                return null;
        }

        return line.Length > 0 ? line.ToString() : null;
    }
}
