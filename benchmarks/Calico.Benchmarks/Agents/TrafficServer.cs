using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Calico.Benchmarks.Agents;

/// <summary>The server's side of the traffic that is measured: one thread on one core, one connection at a time.</summary>
/// <remarks>
/// A connection's first byte says what it is for. <see cref="Echo"/>: every <see cref="Request"/> is sent back, every <see cref="Report"/> is answered with the
/// CPU time of this thread (8 bytes). <see cref="Sink"/>: everything is swallowed up to the end of the stream, then come the number of bytes and the CPU time
/// (16 bytes).
/// </remarks>
internal static class TrafficServer
{
    public const byte Echo = (byte)'e';
    public const byte Sink = (byte)'s';
    public const byte Request = 0;
    public const byte Report = 1;

    /// <summary>Listens, and serves on a thread of its own until the process ends.</summary>
    public static void Start(int port, int core)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, optionValue: true);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        new Thread(() => Serve(listener, core)) { IsBackground = true, Name = "traffic server" }.Start();
    }

    private static void Serve(Socket listener, int core)
    {
        Libc.Pin(core);
        var buffer = new byte[256 * 1024];
        while (true)
        {
            using var connection = listener.Accept();
            connection.NoDelay = true;
            var socket = (int)connection.SafeHandle.DangerousGetHandle();
            if (Libc.Receive(socket, buffer.AsSpan(0, 1)) != 1)
                continue;

            if (buffer[0] == Echo)
                ServeEcho(socket, buffer);
            else
                ServeSink(socket, buffer);
        }
    }

    private static void ServeEcho(int socket, Span<byte> buffer)
    {
        var one = buffer[..1];
        while (Libc.Receive(socket, one) == 1)
        {
            var answer = one;
            if (one[0] == Report)
            {
                answer = buffer[..8];
                BinaryPrimitives.WriteInt64LittleEndian(answer, Libc.ThreadCpu());
            }

            if (Libc.Send(socket, answer) != answer.Length)
                return;
        }
    }

    private static void ServeSink(int socket, Span<byte> buffer)
    {
        var (began, bytes) = (Libc.ThreadCpu(), 0L);
        int received;
        while ((received = Libc.Receive(socket, buffer)) > 0)
            bytes += received;

        BinaryPrimitives.WriteInt64LittleEndian(buffer, bytes);
        BinaryPrimitives.WriteInt64LittleEndian(buffer[8..], Libc.ThreadCpu() - began);
        Libc.Send(socket, buffer[..16]);
    }
}
