using System.Net.Sockets;
using Calico.Plugins;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Calico.Tests.Plugins;

/// <summary>Who asks at one of the node's sockets, which decides what is done for them.</summary>
public sealed class PeerProcessTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket _caller = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket _called;

    public PeerProcessTests()
    {
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        _listener.Listen();
        _caller.Connect(new UnixDomainSocketEndPoint(_path));
        _called = _listener.Accept();
    }

    public void Dispose()
    {
        _called.Dispose();
        _caller.Dispose();
        _listener.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void The_kernel_says_whose_process_it_is() => Assert.Equal(Environment.IsPrivilegedProcess, PeerProcess.Of(Asked(_called))?.Uid == 0);

    [Fact]
    public void A_caller_that_is_gone_before_it_is_served_is_nobody()
    {
        _called.Dispose();

        Assert.Null(PeerProcess.Of(Asked(_called)));
    }

    [Fact]
    public void Over_TCP_nobody_is_vouched_for()
    {
        using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        Assert.Null(PeerProcess.Of(Asked(tcp)));
    }

    private static DefaultHttpContext Asked(Socket socket)
    {
        var http = new DefaultHttpContext();
        http.Features.Set<IConnectionSocketFeature>(new Connection(socket));
        return http;
    }

    private sealed record Connection(Socket Socket) : IConnectionSocketFeature;
}
