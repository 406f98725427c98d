using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Calico.Benchmarks.Agents.Drivers;

/// <summary>Where dockerd finds a network driver, and speaks to it: each call is answered at once.</summary>
/// <remarks>The calls of the remote driver protocol (moby, libnetwork/docs/remote.md): HTTP/1.1 over a Unix socket, a JSON object each way.</remarks>
internal static class DriverSocket
{
    private const string HeadEnd = "\r\n\r\n", LengthField = "content-length:";

    /// <summary>Listens where dockerd looks for drivers, and serves until the process ends.</summary>
    /// <param name="answer">To a call such as <c>NetworkDriver.Join</c>, with what it was asked; of those that every driver answers alike it is not asked.</param>
    public static void Serve(string driver, Func<string, JsonElement, string> answer)
    {
        var place = $"/run/docker/plugins/{driver}.sock";
        File.Delete(place);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(place));
        listener.Listen();
        InBackground(() =>
        {
            while (true)
            {
                var connection = listener.Accept();
                InBackground(() => Serve(connection, answer), $"caller of driver {driver}");
            }
        }, $"driver {driver}");
    }

    private static void InBackground(ThreadStart work, string name) => new Thread(work) { IsBackground = true, Name = name }.Start();

    private static void Serve(Socket connection, Func<string, JsonElement, string> answer)
    {
        using var stream = new NetworkStream(connection, ownsSocket: true);
        using var requests = new StreamReader(stream, Encoding.Latin1); // a character an octet
        while (Read(requests) is var (call, request))
        {
            var body = call switch
            {
                "Plugin.Activate" => """{"Implements":["NetworkDriver"]}""",
                "NetworkDriver.GetCapabilities" => """{"Scope":"local"}""",
                "NetworkDriver.EndpointOperInfo" => """{"Value":{}}""",
                _ => answer(call, request),
            };
            stream.Write(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}{HeadEnd}{body}"));
        }
    }

    /// <returns>Null: the caller has closed the connection.</returns>
    private static (string Call, JsonElement Request)? Read(StreamReader requests)
    {
        if (requests.ReadLine()?.Split(' ') is not [_, ['/', .. var call], ..])
            return null;

        var length = 0;
        while (requests.ReadLine() is { Length: > 0 } field)
        {
            if (field.StartsWith(LengthField, StringComparison.OrdinalIgnoreCase))
                length = int.Parse(field[LengthField.Length..], CultureInfo.InvariantCulture);
        }

        var body = new char[length];
        if (requests.ReadBlock(body) != length)
            return null;

        using var request = JsonDocument.Parse(length == 0 ? "{}" : new string(body));
        return (call, request.RootElement.Clone());
    }
}
