using System.Net;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>One test of a packet. Printed much as nft(8) prints it.</summary>
internal abstract record Match
{
    private Match()
    {
    }

    /// <summary>4 or 6. Must come before anything that reads addresses: a table of family inet sees both.</summary>
    internal sealed record Family(int Version) : Match
    {
        public override string ToString() => $"meta nfproto ipv{Version}";
    }

    internal sealed record InvalidState : Match
    {
        public override string ToString() => "ct state invalid";
    }

    internal sealed record EstablishedOrRelated : Match
    {
        public override string ToString() => "ct state established,related";
    }

    /// <summary>The interface's name starts so.</summary>
    internal sealed record InterfacePrefix(Direction Direction, string Prefix, bool Negated = false) : Match
    {
        public override string ToString() => $"{(Direction == Direction.In ? "iifname" : "oifname")} {(Negated ? "!= " : "")}\"{Prefix}*\"";
    }

    /// <summary>The interface has this name.</summary>
    internal sealed record Interface(Direction Direction, string Name, bool Negated = false) : Match
    {
        public override string ToString() => $"{(Direction == Direction.In ? "iifname" : "oifname")} {(Negated ? "!= " : "")}\"{Name}\"";
    }

    /// <summary>The interface that the packet came by and its source address, looked up as one key.</summary>
    internal sealed record InterfaceAndSource(int Version, string Set, bool Negated) : Match
    {
        public override string ToString() => $"iifname . {(Version == 4 ? "ip" : "ip6")} saddr {(Negated ? "!= " : "")}@{Set}";
    }

    internal sealed record OfProtocol(Protocol Protocol, bool Negated = false) : Match
    {
        public override string ToString() => $"meta l4proto {(Negated ? "!= " : "")}{Protocol.Number}";
    }

    /// <remarks>Needs a <see cref="Family"/> before it.</remarks>
    internal sealed record Address(Side Side, IPNetwork Network, bool Negated = false) : Match
    {
        public override string ToString() => $"{Header(Network)} {Short(Side)}addr {(Negated ? "!= " : "")}{Network}";

        private static string Header(IPNetwork network) =>
            network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "ip" : "ip6";
    }

    /// <inheritdoc cref="Address"/>
    internal sealed record AddressIn(Side Side, int Version, string Set, bool Negated = false) : Match
    {
        public override string ToString() => $"{(Version == 4 ? "ip" : "ip6")} {Short(Side)}addr {(Negated ? "!= " : "")}@{Set}";
    }

    /// <remarks>Needs an <see cref="OfProtocol"/> with ports before it, as do the next.</remarks>
    internal sealed record PortBetween(Side Side, ushort First, ushort Last, bool Negated = false) : Match
    {
        public override string ToString() => $"th {Short(Side)}port {(Negated ? "!= " : "")}{(First == Last ? $"{First}" : $"{First}-{Last}")}";
    }

    internal sealed record PortIn(Side Side, string Set, bool Negated = false) : Match
    {
        public override string ToString() => $"th {Short(Side)}port {(Negated ? "!= " : "")}@{Set}";
    }

    /// <summary>This side's address, the protocol and this side's port, looked up as one key.</summary>
    /// <remarks>Needs a <see cref="Family"/> and an <see cref="OfProtocol"/> with ports before it.</remarks>
    internal sealed record AddressAndPortIn(Side Side, int Version, string Set, bool Negated = false) : Match
    {
        public override string ToString() => $"{(Version == 4 ? "ip" : "ip6")} {Short(Side)}addr . meta l4proto . th {Short(Side)}port {(Negated ? "!= " : "")}@{Set}";
    }

    /// <summary>The bit of the packet's mark is set: see <see cref="Verdict.Mark"/>.</summary>
    internal sealed record IsMarked(PacketMark Bit, bool Negated = false) : Match
    {
        public override string ToString() => $"meta mark {(Negated ? "not " : "")}{Bit.ToString().ToLowerInvariant()}";
    }

    /// <summary>The destination is an address of the host's own.</summary>
    internal sealed record ToLocalAddress : Match
    {
        public override string ToString() => "fib daddr type local";
    }

    /// <summary>Holds for so many packets a second, and some more at once.</summary>
    internal sealed record AtMost(int PerSecond, int Burst) : Match
    {
        public override string ToString() => $"limit rate {PerSecond}/second burst {Burst} packets";
    }

    /// <summary>Type, and code if one is given, of ICMP and ICMPv6 alike.</summary>
    internal sealed record IcmpType(byte Type, byte? Code, bool Negated = false) : Match
    {
        public override string ToString() => $"icmp type {(Negated ? "!= " : "")}{Type}{(Code is null ? "" : $" code {Code}")}";
    }

    private static char Short(Side side) => side == Side.Source ? 's' : 'd';
}

internal enum Side
{
    Source,
    Destination,
}

internal enum Direction
{
    In,
    Out,
}
