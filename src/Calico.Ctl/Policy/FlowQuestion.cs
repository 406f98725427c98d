using System.Net;
using Calico.Calc.Evaluation;
using Calico.Model.Addresses;
using Calico.Model.Values;

namespace Calico.Ctl.Policy;

/// <summary>What flows between two ends: a protocol and what goes with it.</summary>
internal sealed record FlowQuestion
{
    private static readonly (string Name, Protocol Protocol)[] Spellings =
    [
        ("icmp", new(1)), ("icmpv6", new(58)), ("tcp", new(6)), ("udp", new(17)), ("sctp", new(132)), ("udplite", new(136)), // IANA's numbers
    ];

    /// <summary>Null: a ping, by the ICMP of the address family.</summary>
    public Protocol? Protocol { get; init; }

    public ushort Port { get; init; }

    /// <summary>Null: one of those that clients are given.</summary>
    public ushort? SourcePort { get; init; }

    /// <summary>Null: an echo request.</summary>
    public byte? IcmpType { get; init; }

    public byte IcmpCode { get; init; }

    /// <summary>4 or 6; null: each family that both ends have.</summary>
    public int? IpVersion { get; init; }

    /// <summary>By Calico's name in any case, or by number.</summary>
    public static bool TryProtocol(string text, out Protocol protocol)
    {
        protocol = Spellings.FirstOrDefault(known => known.Name.Equals(text, StringComparison.OrdinalIgnoreCase)).Protocol;
        return protocol.Number != 0 || Model.Values.Protocol.TryParse(text, out protocol);
    }

    public bool IsAbout(IPAddress address) => IpVersion is null || address.IsIPv4 == (IpVersion == 4);

    public Packet Between(IPAddress source, IPAddress destination)
    {
        var echo = Packet.Echo(source, destination);
        var isPing = Protocol is null || Protocol == Model.Values.Protocol.Icmp || Protocol == Model.Values.Protocol.IcmpV6;
        var packet = isPing
            ? echo with { IcmpType = IcmpType ?? echo.IcmpType, IcmpCode = IcmpCode }
            : echo with { Protocol = Protocol ?? echo.Protocol, IcmpType = 0, DestinationPort = Port };
        return SourcePort is { } port ? packet with { SourcePort = port } : packet;
    }

    /// <summary>As a heading says it: <c>TCP port 80</c>, <c>ping</c>.</summary>
    public override string ToString() => Protocol switch
    {
        { HasPorts: true } protocol => $"{protocol} port {Port}",
        { } protocol when IcmpType is { } type => $"{protocol} type {type} code {IcmpCode}",
        null => "ping",
        var protocol => $"protocol {protocol}",
    };
}
