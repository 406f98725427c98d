using System.Net;

namespace Calico.Bgp;

/// <summary>A station that is told over BMP (RFC 7854) how sessions stand and what peers send. The speaker connects to it.</summary>
public sealed record MonitoringStation(IPEndPoint Address)
{
    public MonitoredRoutes Routes { get; init; } = MonitoredRoutes.AsReceived;

    /// <summary>How often numbers of each peer are reported; zero: never.</summary>
    public TimeSpan StatisticsInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The wait between two attempts to connect, and after a connection that broke.</summary>
    public TimeSpan ConnectRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>In octets: a station that lets more pile up is disconnected, and told all anew when it has been connected again.</summary>
    public int LongestQueue { get; init; } = 16 * 1024 * 1024;

    /// <summary>What the station is told as our name; the router id if not given.</summary>
    public string? SystemName { get; init; }
}

/// <summary>Which routes a station is told of.</summary>
[Flags]
public enum MonitoredRoutes
{
    None = 0,

    /// <summary>What peers send (Adj-RIB-In pre-policy), also what is refused.</summary>
    AsReceived = 1,

    /// <summary>What the import policy makes of it (Adj-RIB-In post-policy).</summary>
    AsImported = 2,

    Both = AsReceived | AsImported,
}
