using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Values;

namespace Calico.Calc.Evaluation;

/// <summary>The first packet of a flow, as policy sees it; what follows in the flow, and its answers, pass with it.</summary>
public sealed record Packet
{
    public required IPAddress Source { get; init; }

    public required IPAddress Destination { get; init; }

    public required Protocol Protocol { get; init; }

    /// <summary>Means something where the protocol has ports; the default is one of those that clients are given (RFC 6335, section 6).</summary>
    public ushort SourcePort { get; init; } = 49152;

    public ushort DestinationPort { get; init; }

    /// <summary>Of ICMP and ICMPv6: an echo request unless it is said otherwise.</summary>
    public byte IcmpType { get; init; }

    public byte IcmpCode { get; init; }

    public int IpVersion => Destination.IsIPv4 ? 4 : 6;

    public static Packet Echo(IPAddress source, IPAddress destination) => new()
    {
        Source = source,
        Destination = destination,
        Protocol = destination.IsIPv4 ? Protocol.Icmp : Protocol.IcmpV6,
        IcmpType = destination.IsIPv4 ? (byte)8 : (byte)128, // RFC 792; RFC 4443, section 4.1
    };

    public override string ToString() => Protocol switch
    {
        { HasPorts: true } => $"{Protocol} {Ended(Source, SourcePort)} -> {Ended(Destination, DestinationPort)}",
        _ when Protocol == Protocol.Icmp || Protocol == Protocol.IcmpV6 => $"{Protocol} type {IcmpType} {Source} -> {Destination}",
        _ => $"protocol {Protocol} {Source} -> {Destination}",
    };

    private static string Ended(IPAddress address, ushort port) => new IPEndPoint(address, port).ToString();
}
