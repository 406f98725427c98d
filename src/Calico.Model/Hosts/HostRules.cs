using System.Net;
using System.Runtime.InteropServices;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Hosts;

/// <summary>The rules of a policy or profile with their selectors resolved to sets.</summary>
/// <remarks>A rule that cannot be honoured is left out, or, if it denies, denies more than it says: see its <see cref="HostRule.Index"/> for its place.</remarks>
public sealed record HostRules(ValueList<HostRule> Ingress, ValueList<HostRule> Egress);

/// <summary>One rule; all that is given must hold for it to match.</summary>
/// <remarks>
/// Of a rule that names nets or notNets of one family only, no packet of the other family is matched. Ports without a protocol speak of
/// TCP, UDP and SCTP; an ICMP type without one of ICMP, or of ICMPv6 in IPv6. A packet that has no ports (a later fragment) matches no port,
/// and no notPort either.
/// </remarks>
public sealed record HostRule
{
    public required RuleAction Action { get; init; }

    /// <summary>Its place in the list that the user wrote, from 0; places may be missing.</summary>
    public int Index { get; init; }

    public int? IpVersion { get; init; }

    public Protocol? Protocol { get; init; }

    public Protocol? NotProtocol { get; init; }

    /// <summary>A type, or a type with a code; neither: all of ICMP.</summary>
    public Icmp? Icmp { get; init; }

    public Icmp? NotIcmp { get; init; }

    public HostPeer Source { get; init; } = HostPeer.Any;

    public HostPeer Destination { get; init; } = HostPeer.Any;
}

/// <summary>One side of a rule.</summary>
/// <remarks>
/// Of <see cref="Nets"/> one must match if there are any; of <see cref="Ports"/> and <see cref="NamedPorts"/> together one must if there
/// are any; each of <see cref="Sets"/> must; and nothing of the rest may.
/// </remarks>
public sealed record HostPeer
{
    public static readonly HostPeer Any = new();

    public ValueList<IPNetwork> Nets { get; init; } = [];

    public ValueList<IPNetwork> NotNets { get; init; } = [];

    /// <summary>Ids of <see cref="HostState.AddressSets"/> that the address must all be in.</summary>
    public ValueList<string> Sets { get; init; } = [];

    /// <summary>Ids of address sets the address must be in none of.</summary>
    public ValueList<string> NotSets { get; init; } = [];

    /// <summary>Numbers and ranges only.</summary>
    public ValueList<Port> Ports { get; init; } = [];

    public ValueList<Port> NotPorts { get; init; } = [];

    /// <summary>Ids of <see cref="HostState.PortSets"/>: this side's address, the protocol and this side's port, looked up as one.</summary>
    public ValueList<string> NamedPorts { get; init; } = [];

    public ValueList<string> NotNamedPorts { get; init; } = [];
}

/// <summary>A port of one address: what a port's name stands for at one endpoint.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AddressPort(IPAddress Address, Protocol Protocol, ushort Port)
{
    public override string ToString() => $"{Protocol} {new IPEndPoint(Address, Port)}";
}
