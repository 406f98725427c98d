using System.Net.Sockets;
using System.Runtime.InteropServices;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Routing;

/// <summary>RTM_NEWRULE and its kin.</summary>
/// <remarks>struct fib_rule_hdr: family, destination length, source length, type of service, table, reserved (2), action, flags (4); then FRA_*.</remarks>
internal static class RoutingRuleMessage
{
    public const ushort New = 32, Delete = 33, Get = 34; // RTM_*RULE

    private const ushort Priority = 6, Mark = 10, Table = 15, Mask = 16, Protocol = 21; // FRA_*
    private const byte ToTable = 1; // FR_ACT_TO_TBL

    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct FibRuleHeader(
        byte Family, byte DestinationLength, byte SourceLength, byte TypeOfService, byte Table, byte Reserved1, byte Reserved2, byte Action, uint Flags);

    public static void List(RequestBuffer requests)
    {
        var message = requests.Begin(Get, NetlinkFlags.Dump);
        message.Write(new FibRuleHeader());
        message.End();
    }

    public static void Add(RequestBuffer requests, RoutingRule rule) => Encode(requests, New, NetlinkFlags.Create | NetlinkFlags.Exclusive, rule);

    public static void Remove(RequestBuffer requests, RoutingRule rule) => Encode(requests, Delete, NetlinkFlags.None, rule);

    /// <returns>Null for one that is not about a mark.</returns>
    public static RoutingRule? Decode(ushort type, ReadOnlySpan<byte> body)
    {
        var fixedPart = MessageReader.ReadFixed<FibRuleHeader>(body, out var attributes);
        if (type is not (New or Delete) || fixedPart.Action != ToTable || fixedPart.Family is not (AddressFamilies.IPv4 or AddressFamilies.IPv6))
            return null;

        uint priority = 0, mark = 0, mask = 0, table = fixedPart.Table;
        byte protocol = 0;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case Priority: priority = attributes.ReadUInt32(); break;
                case Mark: mark = attributes.ReadUInt32(); break;
                case Mask: mask = attributes.ReadUInt32(); break;
                case Table: table = attributes.ReadUInt32(); break;
                case Protocol when attributes.Value.Length == 1: protocol = attributes.Value[0]; break;
            }
        }

        var family = fixedPart.Family == AddressFamilies.IPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        return mask == 0 ? null : new(family, priority, mark, mask, table, protocol);
    }

    private static void Encode(RequestBuffer requests, ushort type, NetlinkFlags flags, RoutingRule rule)
    {
        var message = requests.Begin(type, flags);
        message.Write(new FibRuleHeader
        {
            Family = AddressFamilies.ToKernel(rule.Family),
            Table = rule.Table <= byte.MaxValue ? (byte)rule.Table : (byte)0,
            Action = ToTable,
        });
        message.Put(Priority, rule.Priority);
        message.Put(Mark, rule.Mark);
        message.Put(Mask, rule.Mask);
        message.Put(Table, rule.Table);
        message.Put(Protocol, [rule.Protocol]);
        message.End();
    }
}
