using System.Net.Sockets;
using System.Text;

namespace Calico.Tests.Ctl;

/// <summary>The socket of a calico-node that gives prepared answers, and keeps what it was asked.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<string, (int Status, string Body)> _answer;
    private readonly Task _running;

    /// <param name="answer">From the path with its query to a status and a body.</param>
    public FakeNode(Func<string, (int Status, string Body)> answer)
    {
        _answer = answer;
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"calico-fake-{Guid.NewGuid():n}.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
        _running = RunAsync();
    }

    public string Path { get; }

    public List<string> Asked { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _running;
        File.Delete(Path);
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptAsync();
                await using var stream = new NetworkStream(socket);
                using var reader = new StreamReader(stream);
                var path = (await reader.ReadLineAsync())?.Split(' ')[1] ?? "";
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                    // headers, which say nothing that matters here
                }

                Asked.Add(path);
                var (status, body) = _answer(path);
                await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }
}
