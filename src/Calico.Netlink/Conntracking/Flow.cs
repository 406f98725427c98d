using System.Net;
using System.Runtime.InteropServices;

namespace Calico.Netlink.Conntracking;

/// <summary>A flow that the kernel tracks.</summary>
/// <param name="Original">As the first packet went, before any translation.</param>
/// <param name="Reply">As replies come: its source is where the packets really went.</param>
public sealed record Flow(FlowTuple Original, FlowTuple Reply)
{
    /// <summary>NFPROTO_IPV4 or NFPROTO_IPV6.</summary>
    internal byte Family { get; init; }

    /// <summary>CTA_TUPLE_ORIG as the kernel gave it, which names the flow to it.</summary>
    internal byte[] RawOriginal { get; init; } = [];

    internal uint Id { get; init; }

    /// <summary>CTA_ZONE: tuples are unique within one.</summary>
    internal ushort? Zone { get; init; }

    /// <summary>True if one of its packets comes from or goes to the address.</summary>
    public bool Involves(IPAddress address) =>
        Original.Source.Equals(address) || Original.Destination.Equals(address) || Reply.Source.Equals(address) || Reply.Destination.Equals(address);

    /// <summary>The same of any of several addresses, as quick of many as of one.</summary>
    public bool InvolvesAny(IReadOnlySet<IPAddress> addresses) =>
        addresses.Contains(Original.Source) || addresses.Contains(Original.Destination) || addresses.Contains(Reply.Source) || addresses.Contains(Reply.Destination);
}

/// <summary>One end's view of a flow: of packets that go this way.</summary>
/// <param name="Protocol">The IP protocol's number.</param>
/// <param name="SourcePort">Of ICMP, 0.</param>
/// <param name="DestinationPort">Of ICMP, 0.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FlowTuple(byte Protocol, IPAddress Source, ushort SourcePort, IPAddress Destination, ushort DestinationPort)
{
    /// <summary>Of the packets that go this way; null of other protocols than ICMP and ICMPv6. So the next.</summary>
    public byte? IcmpType { get; init; }

    public byte? IcmpCode { get; init; }

    public override string ToString() => $"{Protocol} {new IPEndPoint(Source, SourcePort)} -> {new IPEndPoint(Destination, DestinationPort)}";
}
