namespace Calico.Netlink.Logging;

/// <summary>A packet that a rule told of.</summary>
/// <param name="Prefix">The rule's text.</param>
/// <param name="InterfaceIn">The index of the link it came by; 0: none.</param>
/// <param name="InterfaceOut">The index of the link it was about to leave by; 0: none.</param>
/// <param name="Bytes">From the IP header on, as many as the rule asked for.</param>
/// <param name="Lost">Packets before this one were told of and could not be taken in time.</param>
public sealed record LoggedPacket(string Prefix, int InterfaceIn, int InterfaceOut, byte[] Bytes, bool Lost = false);
