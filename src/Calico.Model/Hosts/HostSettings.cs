using System.Net;
using System.Runtime.InteropServices;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Hosts;

/// <summary>What the FelixConfigurations that are for this host say, with the defaults filled in.</summary>
public sealed record HostSettings
{
    public static readonly HostSettings Default = new();

    /// <summary>Accepted at a host endpoint before any policy, so that a mistake locks nobody out: what comes to the host's own ports.</summary>
    public ValueList<FailsafePort> FailsafeInbound { get; init; } =
    [
        Tcp(22), Udp(68), Tcp(179), Tcp(2379), Tcp(2380), Tcp(5473), Tcp(6443), Tcp(6666), Tcp(6667),
    ];

    /// <summary>And what the host sends to these ports of others.</summary>
    public ValueList<FailsafePort> FailsafeOutbound { get; init; } =
    [
        Udp(53), Udp(67), Tcp(179), Tcp(2379), Tcp(2380), Tcp(5473), Tcp(6443), Tcp(6666), Tcp(6667),
    ];

    /// <summary>What a workload's packets to its own host meet after its egress policy. Return, the default as Calico's node sets it: the host's own rules.</summary>
    public EndpointToHostAction EndpointToHostAction { get; init; } = EndpointToHostAction.Return;

    /// <summary>What becomes of running connections that a changed policy no longer allows.</summary>
    public ExistingConnections ExistingConnections { get; init; } = ExistingConnections.Keep;

    /// <summary>How a packet is denied: dropped in silence, or refused with an ICMP message.</summary>
    public DenyAction DenyAction { get; init; } = DenyAction.Drop;

    /// <summary>Stands before each packet that a Log rule writes; <c>: </c> follows it. <c>%t</c> is the tier, <c>%k</c> the kind, <c>%n</c> the name, <c>%p</c> namespace and name.</summary>
    public string LogPrefix { get; init; } = "calico-packet";

    private static FailsafePort Tcp(ushort port) => new(Protocol.Tcp, port, Net: null);

    private static FailsafePort Udp(ushort port) => new(Protocol.Udp, port, Net: null);
}

/// <param name="Net">The other end must be in it; null: any.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FailsafePort(Protocol Protocol, ushort Port, IPNetwork? Net);
