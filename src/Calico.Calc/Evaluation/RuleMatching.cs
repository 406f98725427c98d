using System.Net;
using System.Runtime.InteropServices;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Evaluation;

/// <summary>Holds a packet against one rule.</summary>
/// <remarks>
/// The same meaning that the kernel's renderer gives a rule: all that is given must hold; of a list one must; of a negated list none may.
/// Nets of one family alone, wanted or not, are about packets of that family alone, as in Felix (rules/policy.go).
/// </remarks>
internal static class RuleMatching
{
    /// <returns>The first thing that keeps the rule from matching; <see cref="RulePart.None"/> if it matches.</returns>
    public static RulePart Mismatch(HostRule rule, Packet packet, AddressLookup lookup)
    {
        if (rule.IpVersion is { } version && version != packet.IpVersion)
            return RulePart.IpVersion;
        if (rule.Protocol is { } wanted && wanted != packet.Protocol)
            return RulePart.Protocol;
        if (rule.NotProtocol is { } unwanted && unwanted == packet.Protocol)
            return RulePart.NotProtocol;
        if (rule.Icmp is { } icmp && !Matches(icmp, packet))
            return RulePart.Icmp;
        if (rule.NotIcmp is { } notIcmp && (!IsIcmp(packet) || Matches(notIcmp, packet)))
            return RulePart.NotIcmp;

        var source = Mismatch(rule.Source, new(packet.Source, packet.Protocol, packet.SourcePort), lookup);
        if (source != PeerPart.None)
            return (RulePart)((int)RulePart.Source + (int)source);

        var destination = Mismatch(rule.Destination, new(packet.Destination, packet.Protocol, packet.DestinationPort), lookup);
        return destination == PeerPart.None ? RulePart.None : (RulePart)((int)RulePart.Destination + (int)destination);
    }

    private static bool IsIcmp(Packet packet) => packet.Protocol == (packet.IpVersion == 4 ? Protocol.Icmp : Protocol.IcmpV6);

    private static bool Matches(Icmp icmp, Packet packet) =>
        IsIcmp(packet) && (icmp.Type is null || icmp.Type == packet.IcmpType) && (icmp.Code is null || icmp.Code == packet.IcmpCode);

    private static PeerPart Mismatch(HostPeer peer, End end, AddressLookup lookup)
    {
        if (ReferenceEquals(peer, HostPeer.Any))
            return PeerPart.None;
        if (peer.Nets.Count > 0 && !Contains(peer.Nets, end.Address))
            return PeerPart.Nets;
        if (peer.NotNets.Count > 0 && (!HasFamily(peer.NotNets, end.Address) || Contains(peer.NotNets, end.Address)))
            return PeerPart.NotNets;

        foreach (var set in peer.Sets.AsSpan())
        {
            if (!lookup.Contains(set, end.Address))
                return PeerPart.Selector;
        }

        foreach (var set in peer.NotSets.AsSpan())
        {
            if (lookup.Contains(set, end.Address))
                return PeerPart.NotSelector;
        }

        if (peer.Ports.Count + peer.NamedPorts.Count > 0 && !HasPort(peer.Ports, peer.NamedPorts, end, lookup))
            return PeerPart.Ports;

        var hasUnwanted = peer.NotPorts.Count + peer.NotNamedPorts.Count > 0;
        return hasUnwanted && (!end.Protocol.HasPorts || HasPort(peer.NotPorts, peer.NotNamedPorts, end, lookup)) ? PeerPart.NotPorts : PeerPart.None;
    }

    /// <summary>What has no ports has none of these and none of their opposites: a rule that speaks of ports speaks of TCP, UDP and SCTP.</summary>
    private static bool HasPort(ValueList<Port> ports, ValueList<string> named, End end, AddressLookup lookup)
    {
        if (!end.Protocol.HasPorts)
            return false;

        foreach (var port in ports.AsSpan())
        {
            if (port.First <= end.Port && end.Port <= port.Last)
                return true;
        }

        foreach (var set in named.AsSpan())
        {
            if (lookup.Contains(set, new AddressPort(end.Address, end.Protocol, end.Port)))
                return true;
        }

        return false;
    }

    private static bool HasFamily(ValueList<IPNetwork> nets, IPAddress address)
    {
        foreach (var net in nets.AsSpan())
        {
            if (net.IsIPv4 == address.IsIPv4)
                return true;
        }

        return false;
    }

    private static bool Contains(ValueList<IPNetwork> nets, IPAddress address)
    {
        foreach (var net in nets.AsSpan())
        {
            if (net.IsIPv4 == address.IsIPv4 && net.Contains(address))
                return true;
        }

        return false;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct End(IPAddress Address, Protocol Protocol, ushort Port);

    private enum PeerPart
    {
        None,
        Nets,
        NotNets,
        Selector,
        NotSelector,
        Ports,
        NotPorts,
    }
}
