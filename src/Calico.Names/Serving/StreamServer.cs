using System.Net;
using System.Net.Sockets;
using Calico.Names.Wire;
using Microsoft.Extensions.Logging;

namespace Calico.Names.Serving;

/// <summary>Answers queries that came by TCP, of one family. To the asker it is the server that was asked.</summary>
internal sealed partial class StreamServer(AddressFamily family, NameResponder responder, Upstream upstream, TimeProvider time, ILogger log) : IDisposable
{
    private const int MostConnections = 128;

    /// <summary>How long a connection may be of no use (RFC 7766 §6.2.3: a few seconds).</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _connections = new(MostConnections);
    private Socket? _listening;

    /// <exception cref="SocketException">The kernel refuses.</exception>
    public void Open(int port)
    {
        _listening = Transparency.Open(family, SocketType.Stream, ProtocolType.Tcp);
        _listening.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, port));
        _listening.Listen();
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        var listening = _listening ?? throw new InvalidOperationException("the server was not opened");
        while (true)
        {
            await _connections.WaitAsync(cancellation);
            try
            {
                _ = ServeAsync(await listening.AcceptAsync(cancellation), cancellation);
            }
            catch (SocketException e)
            {
                _connections.Release();
                Failed(e.Message);
            }
        }
    }

    public void Dispose()
    {
        _listening?.Dispose();
        _connections.Dispose();
    }

    private async Task ServeAsync(Socket connection, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Idle, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await using var stream = new NetworkStream(connection, ownsSocket: true);
            if (connection is not { LocalEndPoint: IPEndPoint server, RemoteEndPoint: IPEndPoint asker })
                return;

            while (await StreamMessages.ReadAsync(stream, either.Token) is { } message
                && await AnswerAsync(message, server, asker.Address, either.Token) is { } answer)
            {
                await StreamMessages.WriteAsync(stream, answer, either.Token);
                limit.CancelAfter(Idle);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // the asker has gone, or the time is up
        }
        finally
        {
            _connections.Release();
        }
    }

    /// <returns>Null: nothing is answered, and the connection ends.</returns>
    private async Task<ReadOnlyMemory<byte>?> AnswerAsync(byte[] message, IPEndPoint server, IPAddress asker, CancellationToken cancellation)
    {
        var room = new byte[ushort.MaxValue];
        var reply = responder.Answer(asker, message, isStream: true, room);
        if (reply.Deed == Deed.Answer)
            return room.AsMemory(0, reply.Length);
        if (reply is not { Deed: Deed.PassOn, Query: { } query })
            return null;

        return await upstream.AskStreamAsync(message, server, cancellation)
            ?? room.AsMemory(0, DnsAnswer.WriteEmpty(message, query, ResponseCode.ServerFailure, isCut: false, room));
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection of queries for names could not be taken: {Reason}")]
    private partial void Failed(string reason);
}
