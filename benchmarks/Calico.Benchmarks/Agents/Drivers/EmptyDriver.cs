namespace Calico.Benchmarks.Agents.Drivers;

/// <summary>A network driver of Docker's that makes nothing: what a container costs with it, dockerd itself costs on every network but its default bridge.</summary>
internal static class EmptyDriver
{
    /// <summary>The driver's name.</summary>
    public const string Name = "empty";

    public static void Start() => DriverSocket.Serve(Name, (call, _) => call switch
    {
        "NetworkDriver.CreateEndpoint" => """{"Interface":{}}""",
        "NetworkDriver.Join" => """{"DisableGatewayService":true}""", // no interface, and no bridge of Docker's in its place
        _ => "{}",
    });
}
