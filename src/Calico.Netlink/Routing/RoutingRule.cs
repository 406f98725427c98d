using System.Net.Sockets;

namespace Calico.Netlink.Routing;

/// <summary>A rule of policy routing: packets with this mark look into that table (ip-rule(8)).</summary>
/// <param name="Family">IPv4 or IPv6.</param>
/// <param name="Priority">Lower is asked first; the main table stands at 32766.</param>
/// <param name="Mark">What the masked mark must be.</param>
/// <param name="Mask">The bits of the mark that count.</param>
/// <param name="Table">Where to look.</param>
/// <param name="Protocol">Who put it there.</param>
public sealed record RoutingRule(AddressFamily Family, uint Priority, uint Mark, uint Mask, uint Table, byte Protocol)
{
    public override string ToString() => $"rule {Priority}: fwmark 0x{Mark:x}/0x{Mask:x} table {Table} proto {Protocol}";
}
