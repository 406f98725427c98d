using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Calico.Names.Wire;

namespace Calico.Names.Serving;

/// <summary>Asks the server that a workload had asked, in this host's name.</summary>
internal sealed class Upstream(TimeProvider time)
{
    /// <summary>Less than the askers' own patience: Docker's stub waits 4 s, most others 5 s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3.5);

    /// <summary>By UDP, from a port of its own and with an id of its own, neither of which can be guessed.</summary>
    /// <param name="message">The query as it came.</param>
    /// <param name="server">Who was asked.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The answer with the asker's id; null: there was none in time, or nobody is there.</returns>
    public async Task<ReadOnlyMemory<byte>?> AskAsync(ReadOnlyMemory<byte> message, IPEndPoint server, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(server, either.Token);
            var question = message.ToArray();
            System.Security.Cryptography.RandomNumberGenerator.Fill(question.AsSpan(0, 2));
            await socket.SendAsync(question, either.Token);
            return await ReceiveAsync(socket, question, message, either.Token);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReceiveAsync(Socket socket, byte[] question, ReadOnlyMemory<byte> asked, CancellationToken cancellation)
    {
        var room = ArrayPool<byte>.Shared.Rent(ushort.MaxValue);
        try
        {
            while (true)
            {
                var length = await socket.ReceiveAsync(room, cancellation);
                if (!IsAnswer(question, room.AsSpan(0, length)))
                    continue; // somebody guesses

                asked.Span[..2].CopyTo(room);
                return room.AsSpan(0, length).ToArray();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    /// <summary>By TCP (RFC 1035 §4.2.2: two bytes of length before each message).</summary>
    public async Task<ReadOnlyMemory<byte>?> AskStreamAsync(ReadOnlyMemory<byte> message, IPEndPoint server, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(server, either.Token);
            await using var stream = new NetworkStream(socket);
            await StreamMessages.WriteAsync(stream, message, either.Token);
            return await StreamMessages.ReadAsync(stream, either.Token) is { } answer && IsAnswer(message.Span, answer) ? answer : null;
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private static bool IsAnswer(ReadOnlySpan<byte> question, ReadOnlySpan<byte> answer) =>
        answer.Length >= DnsHeader.Size && DnsHeader.Read(answer) is { IsResponse: true } header && header.Id == BinaryPrimitives.ReadUInt16BigEndian(question);
}
