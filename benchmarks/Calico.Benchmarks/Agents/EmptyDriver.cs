using System.Net.Sockets;
using System.Text;

namespace Calico.Benchmarks.Agents;

/// <summary>A network driver of Docker's that makes nothing and answers every call at once: what a container costs with it, dockerd itself costs on every network but its default bridge.</summary>
/// <remarks>The calls of the remote driver protocol (moby, libnetwork/docs/remote.md): HTTP/1.1 over a Unix socket, a JSON object each way.</remarks>
internal static class EmptyDriver
{
    /// <summary>The driver's name.</summary>
    public const string Name = "empty";

    private const string Place = $"/run/docker/plugins/{Name}.sock";
    private const string HeadEnd = "\r\n\r\n", LengthField = "content-length:";

    /// <summary>Listens where dockerd looks for drivers, and serves until the process ends.</summary>
    public static void Start()
    {
        File.Delete(Place);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Place));
        listener.Listen();
        new Thread(() => Accept(listener)) { IsBackground = true, Name = "empty driver" }.Start();
    }

    /// <summary>What a call is answered.</summary>
    /// <param name="call">Such as <c>NetworkDriver.Join</c>.</param>
    private static string Answer(string call) => call switch
    {
        "Plugin.Activate" => """{"Implements":["NetworkDriver"]}""",
        "NetworkDriver.GetCapabilities" => """{"Scope":"local"}""",
        "NetworkDriver.CreateEndpoint" => """{"Interface":{}}""",
        "NetworkDriver.Join" => """{"DisableGatewayService":true}""", // no interface, and no bridge of Docker's in its place
        "NetworkDriver.EndpointOperInfo" => """{"Value":{}}""",
        _ => "{}",
    };

    private static void Accept(Socket listener)
    {
        while (true)
        {
            var connection = listener.Accept();
            new Thread(() => Serve(connection)) { IsBackground = true, Name = "empty driver's caller" }.Start();
        }
    }

    private static void Serve(Socket connection)
    {
        using var stream = new NetworkStream(connection, ownsSocket: true);
        using var requests = new StreamReader(stream, Encoding.Latin1); // a character an octet
        while (ReadCall(requests) is { } call)
        {
            var answer = Answer(call);
            stream.Write(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {answer.Length}{HeadEnd}{answer}"));
        }
    }

    /// <returns>Null: the caller has closed the connection.</returns>
    private static string? ReadCall(StreamReader requests)
    {
        if (requests.ReadLine()?.Split(' ') is not [_, ['/', .. var call], ..])
            return null;

        var length = 0;
        while (requests.ReadLine() is { Length: > 0 } field)
        {
            if (field.StartsWith(LengthField, StringComparison.OrdinalIgnoreCase))
                length = int.Parse(field[LengthField.Length..], System.Globalization.CultureInfo.InvariantCulture);
        }

        return requests.ReadBlock(new char[length]) == length ? call : null;
    }
}
