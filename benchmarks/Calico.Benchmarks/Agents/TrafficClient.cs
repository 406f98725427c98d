using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Calico.Benchmarks.Agents;

/// <summary>The client's side of the traffic that is measured. Every run is a connection and a thread of its own.</summary>
internal static class TrafficClient
{
    private const int WarmUp = 100;
    private const int Chunk = 128 * 1024;

    /// <summary>Single bytes to and fro.</summary>
    public static AgentAnswer.Exchanged PingPong(AgentRequest.PingPong request) => OnCore(request.Core, () =>
    {
        using var connection = Connect(request.Address, request.Port, TrafficServer.Echo);
        var socket = Descriptor(connection);
        Span<byte> one = [TrafficServer.Request];
        for (var count = 0; count < WarmUp; count++)
            Exchange(socket, one);

        var server = ServerCpu(socket);
        var (began, cpu, pairs) = (Stopwatch.GetTimestamp(), Libc.ThreadCpu(), 0L);
        while (Elapsed(began) < request.Milliseconds * 1_000_000L)
        {
            // The clock is looked at seldom: it is no part of what is measured.
            for (var count = 0; count < 16; count++, pairs++)
                Exchange(socket, one);
        }

        var (wall, clientCpu) = (Elapsed(began), Libc.ThreadCpu() - cpu);
        return new AgentAnswer.Exchanged(pairs, wall, clientCpu, ServerCpu(socket) - server);
    });

    /// <summary>As many bytes as go one way.</summary>
    public static AgentAnswer.Exchanged Stream(AgentRequest.Stream request) => OnCore(request.Core, () =>
    {
        using var connection = Connect(request.Address, request.Port, TrafficServer.Sink);
        var socket = Descriptor(connection);
        var chunk = new byte[Chunk];
        var (began, cpu) = (Stopwatch.GetTimestamp(), Libc.ThreadCpu());
        while (Elapsed(began) < request.Milliseconds * 1_000_000L)
        {
            if (Libc.Send(socket, chunk) <= 0)
                throw Lost();
        }

        connection.Shutdown(SocketShutdown.Send);
        Span<byte> report = stackalloc byte[16];
        ReceiveAll(socket, report);
        var (wall, clientCpu) = (Elapsed(began), Libc.ThreadCpu() - cpu);
        return new AgentAnswer.Exchanged(
            BinaryPrimitives.ReadInt64LittleEndian(report), wall, clientCpu, BinaryPrimitives.ReadInt64LittleEndian(report[8..]));
    });

    /// <summary>A connection for each byte to and fro.</summary>
    public static AgentAnswer.Exchanged Connections(AgentRequest.Connections request) => OnCore(request.Core, () =>
    {
        long server;
        using (var asking = Connect(request.Address, request.Port, TrafficServer.Echo))
            server = ServerCpu(Descriptor(asking));
        var (began, cpu, count) = (Stopwatch.GetTimestamp(), Libc.ThreadCpu(), 0L);
        for (; Elapsed(began) < request.Milliseconds * 1_000_000L; count++)
        {
            using var connection = Connect(request.Address, request.Port, TrafficServer.Echo);
            connection.LingerState = new LingerOption(enable: true, seconds: 0); // leaves no port behind in TIME_WAIT
            Span<byte> one = [TrafficServer.Request];
            Exchange(Descriptor(connection), one);
        }

        var (wall, clientCpu) = (Elapsed(began), Libc.ThreadCpu() - cpu);
        using var last = Connect(request.Address, request.Port, TrafficServer.Echo);
        return new AgentAnswer.Exchanged(count, wall, clientCpu, ServerCpu(Descriptor(last)) - server);
    });

    private static void Exchange(int socket, Span<byte> one)
    {
        if (Libc.Send(socket, one) != 1 || Libc.Receive(socket, one) != 1)
            throw Lost();
    }

    private static long ServerCpu(int socket)
    {
        Span<byte> report = stackalloc byte[8];
        if (Libc.Send(socket, [TrafficServer.Report]) != 1)
            throw Lost();

        ReceiveAll(socket, report);
        return BinaryPrimitives.ReadInt64LittleEndian(report);
    }

    private static void ReceiveAll(int socket, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var received = Libc.Receive(socket, bytes);
            if (received <= 0)
                throw Lost();

            bytes = bytes[received..];
        }
    }

    private static Socket Connect(string address, int port, byte purpose)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 10_000, SendTimeout = 10_000 };
        // The computer's default may pace itself (BBR), and then the pace is what one measures.
        socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, optionName: 13 /* TCP_CONGESTION */, "cubic"u8);
        socket.Connect(IPAddress.Parse(address), port);
        return Libc.Send(Descriptor(socket), [purpose]) == 1 ? socket : throw Lost();
    }

    private static AgentAnswer.Exchanged OnCore(int core, Func<AgentAnswer.Exchanged> work)
    {
        var running = Task.Factory.StartNew(
            () =>
            {
                Libc.Pin(core);
                return work();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        return running.GetAwaiter().GetResult();
    }

    private static long Elapsed(long began) => Stopwatch.GetTimestamp() - began;

    private static int Descriptor(Socket socket) => (int)socket.SafeHandle.DangerousGetHandle();

    private static BenchException Lost() => new("the connection broke while it was measured");
}
