using System.Net;

namespace Calico.Dataplane.Firewall;

/// <summary>The first packet of a connection, as far as the table looks at it.</summary>
internal sealed record FirewallPacket
{
    public required IPAddress Source { get; init; }

    public required IPAddress Destination { get; init; }

    public required byte Protocol { get; init; }

    /// <summary>Null where the protocol has none; so the next three.</summary>
    public ushort? SourcePort { get; init; }

    public ushort? DestinationPort { get; init; }

    public byte? IcmpType { get; init; }

    public byte? IcmpCode { get; init; }

    public string InterfaceIn { get; init; } = "";

    public string InterfaceOut { get; init; } = "";
}
