using System.Net;

namespace Calico.Dataplane.Firewall;

/// <summary>What a rule does with a packet that it matches. Printed much as nft(8) prints it.</summary>
internal abstract record Verdict
{
    private Verdict()
    {
    }

    /// <summary>Ends this base chain; those of later hooks and priorities still see the packet.</summary>
    internal sealed record Accept : Verdict
    {
        public override string ToString() => "accept";
    }

    internal sealed record Drop : Verdict
    {
        public override string ToString() => "drop";
    }

    internal sealed record Return : Verdict
    {
        public override string ToString() => "return";
    }

    /// <summary>Goes through the chain and, if that decides nothing, comes back.</summary>
    internal sealed record Jump(string Chain) : Verdict
    {
        public override string ToString() => $"jump {Chain}";
    }

    /// <summary>Goes through the chain and does not come back here, but to where this chain was jumped from.</summary>
    internal sealed record Goto(string Chain) : Verdict
    {
        public override string ToString() => $"goto {Chain}";
    }

    /// <summary>Drops and tells the sender. Not before routing.</summary>
    internal sealed record Reject : Verdict
    {
        public override string ToString() => "reject";
    }

    /// <summary>What the port's element says; on, if it has none.</summary>
    /// <remarks>Needs a match of a protocol with ports before it.</remarks>
    internal sealed record DispatchPort(Side Side, string Map) : Verdict
    {
        public override string ToString() => $"th {(Side == Side.Source ? 's' : 'd')}port vmap @{Map}";
    }

    /// <summary>What the address's element says; on, if it has none.</summary>
    /// <remarks>Needs a <see cref="Match.Family"/> before it.</remarks>
    internal sealed record DispatchAddress(Side Side, int Version, string Map) : Verdict
    {
        public override string ToString() => $"{(Version == 4 ? "ip" : "ip6")} {(Side == Side.Source ? 's' : 'd')}addr vmap @{Map}";
    }

    /// <summary>Sets or clears a bit of the packet's mark, and goes on.</summary>
    internal sealed record Mark(PacketMark Bit, bool IsSet = true) : Verdict
    {
        public override string ToString() => $"meta mark set {(IsSet ? "" : "not ")}{Bit.ToString().ToLowerInvariant()}";
    }

    /// <summary>Takes the packet out of connection tracking and goes on. At a raw hook only.</summary>
    internal sealed record NoTrack : Verdict
    {
        public override string ToString() => "notrack";
    }

    /// <summary>Gives the packet to the host's resolver, which listens at this port of the loopback; on, if nothing listens there.</summary>
    /// <remarks>Needs a <see cref="Match.Family"/> and a match of TCP or UDP before it. At prerouting only.</remarks>
    internal sealed record Capture(int Version, ushort Port) : Verdict
    {
        public override string ToString() => $"tproxy {(Version == 4 ? "ip" : "ip6")} to :{Port} meta mark set captured accept";
    }

    /// <summary>To the chain that the interface's element says; on, if it has none.</summary>
    internal sealed record Dispatch(Direction Direction, string Map) : Verdict
    {
        public override string ToString() => $"{(Direction == Direction.In ? "iifname" : "oifname")} vmap @{Map}";
    }

    /// <summary>Gives the connection another destination. Needs matches of its family and protocol before it.</summary>
    internal sealed record Translate(IPAddress Address, ushort Port) : Verdict
    {
        public override string ToString() => $"dnat to {new IPEndPoint(Address, Port)}";
    }

    internal sealed record Masquerade : Verdict
    {
        public override string ToString() => "masquerade";
    }

    /// <summary>Tells of the packet and goes on with the next rule.</summary>
    /// <param name="Prefix">At most 127 bytes.</param>
    /// <param name="IsDenial">To those who gather denials, not to those who read what Log rules write.</param>
    internal sealed record Log(string Prefix, bool IsDenial = false) : Verdict
    {
        public override string ToString() => $"log prefix \"{Prefix}\"{(IsDenial ? " group 6" : "")}";
    }
}
