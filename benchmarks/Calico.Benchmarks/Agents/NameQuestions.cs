using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Calico.Benchmarks.Agents;

/// <summary>Questions to a name server by UDP, for the IPv4 address of a name, each answer checked to be one.</summary>
internal static class NameQuestions
{
    private const int Header = 12, Milliseconds = 2_000;

    public static Socket OpenClient() => new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = Milliseconds };

    public static byte[] Question(string name) =>
        [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0, 0, 1, 0, 1];

    /// <summary>So many questions, at most a window of them unanswered.</summary>
    /// <param name="times">Takes the milliseconds of each; null if there is more than one in the window.</param>
    public static void Ask(Socket client, IPEndPoint server, Func<byte[]> question, int count, int window, List<double>? times)
    {
        var answer = new byte[1500];
        for (int sent = 0, received = 0; received < count;)
        {
            var began = Stopwatch.GetTimestamp();
            for (; sent < count && sent - received < window; sent++)
                client.SendTo(question(), server);
            var length = client.Receive(answer);
            if (length < Header || BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6)) != 1)
                throw new BenchException($"{server} gave no answer to a name that it knows");

            times?.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            received++;
        }
    }

    /// <summary>Questions one after the other, as a process asks them.</summary>
    public static AgentAnswer Ask(AgentRequest.AskName request)
    {
        using var client = OpenClient();
        var question = Question(request.Name);
        var times = new List<double>(request.Count);
        Ask(client, new IPEndPoint(IPAddress.Parse(request.Server), port: 53), () => question, request.Count, window: 1, times);
        return new AgentAnswer.Answered(times);
    }
}
