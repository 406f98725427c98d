namespace Calico.Dataplane.Firewall;

/// <summary>Bits of the packet's mark, of those that Felix uses by default (FelixConfiguration iptablesMarkMask, 0xffff0000). None of them leaves the host.</summary>
internal enum PacketMark : uint
{
    /// <summary>A host endpoint's stage tells the later ones that it has accepted.</summary>
    Accepted = 0x10000,

    /// <summary>The packet goes to the host's resolver, and is routed to it by this.</summary>
    Captured = 0x20000,

    /// <summary>The sending workload's policy has let the packet through; the receiver's follows. Known only within one base chain.</summary>
    Allowed = 0x40000,
}
