using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Routing;

/// <summary>RTM_NEWROUTE and its kin.</summary>
/// <remarks>
/// struct rtmsg: family, destination length, source length, type of service, table, protocol, scope, type, flags (4); then RTA_*.
/// Tables above 255 do not fit the fixed part and go by RTA_TABLE.
/// </remarks>
internal static class RouteMessage
{
    public const ushort New = 24, Delete = 25, Get = 26; // RTM_*ROUTE

    private const ushort Destination = 1, OutInterface = 4, Gateway = 5, Priority = 6, PreferredSource = 7, Multipath = 9, Table = 15, Via = 18; // RTA_*
    private const uint OnLink = 4, Cloned = 0x200, FibMatch = 0x2000; // RTNH_F_ONLINK, RTM_F_CLONED, RTM_F_FIB_MATCH
    private const uint DefaultMetricIPv6 = 1024; // IP6_RT_PRIO_USER

    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct RtMsg(
        byte Family, byte DestinationLength, byte SourceLength, byte TypeOfService, byte Table, byte Protocol, byte Scope, byte Type, uint Flags);

    /// <summary>struct rtnexthop: its length with the attributes that follow, flags, weight less one, link.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct RtNextHop(ushort Length, byte Flags, byte Hops, int Link);

    public static void List(RequestBuffer requests, RouteFilter filter)
    {
        var message = requests.Begin(Get, NetlinkFlags.Dump);
        message.Write(new RtMsg
        {
            Family = filter.Family is { } family ? AddressFamilies.ToKernel(family) : AddressFamilies.Any,
            Protocol = filter.Protocol ?? 0,
        });
        if (filter.Table is { } table)
            message.Put(Table, table);

        if (filter.Link is { } link)
            message.Put(OutInterface, (uint)link);

        message.End();
    }

    public static void Lookup(RequestBuffer requests, IPAddress destination, bool matchOnly)
    {
        var message = requests.Begin(Get, NetlinkFlags.None);
        var family = AddressFamilies.ToKernel(destination.AddressFamily);
        message.Write(new RtMsg
        {
            Family = family,
            DestinationLength = (byte)AddressFamilies.BitLength(family),
            Flags = matchOnly ? FibMatch : 0,
        });
        message.Put(Destination, destination);
        message.End();
    }

    public static void Encode(RequestBuffer requests, RouteChange change)
    {
        var route = change.Route;
        var message = change.IsRemoval
            ? requests.Begin(Delete, NetlinkFlags.None)
            : requests.Begin(New, NetlinkFlags.Create | NetlinkFlags.Replace);
        message.Write(new RtMsg
        {
            Family = AddressFamilies.ToKernel(route.Destination.BaseAddress.AddressFamily),
            DestinationLength = (byte)route.Destination.PrefixLength,
            Table = route.Table <= byte.MaxValue ? (byte)route.Table : (byte)0,
            Protocol = route.Protocol,
            Scope = (byte)route.Scope,
            Type = (byte)route.Kind,
            Flags = route.NextHops is [{ IsOnLink: true }] ? OnLink : 0,
        });
        if (route.Destination.PrefixLength > 0)
            message.Put(Destination, route.Destination.BaseAddress);

        if (route.Table > byte.MaxValue)
            message.Put(Table, route.Table);

        if (route.Metric != 0)
            message.Put(Priority, route.Metric);

        if (route.PreferredSource is { } source)
            message.Put(PreferredSource, source);

        PutNextHops(message, route);
        message.End();
    }

    public static Route? Decode(ushort type, ReadOnlySpan<byte> body)
    {
        var fixedPart = MessageReader.ReadFixed<RtMsg>(body, out var attributes);
        if (type is not (New or Delete) || fixedPart.Family is not (AddressFamilies.IPv4 or AddressFamilies.IPv6))
            return null;

        var destination = AddressFamilies.Unspecified(fixedPart.Family);
        var single = new NextHop(0, IsOnLink: (fixedPart.Flags & OnLink) != 0);
        IReadOnlyList<NextHop>? several = null;
        uint table = fixedPart.Table, metric = 0;
        IPAddress? source = null;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case Destination: destination = attributes.ReadAddress(); break;
                case OutInterface: single = single with { Link = attributes.ReadInt32() }; break;
                case Gateway: single = single with { Gateway = attributes.ReadAddress() }; break;
                case Via: single = single with { Gateway = ReadVia(attributes) }; break;
                case Priority: metric = attributes.ReadUInt32(); break;
                case PreferredSource: source = attributes.ReadAddress(); break;
                case Multipath: several = DecodeNextHops(attributes.Value); break;
                case Table: table = attributes.ReadUInt32(); break;
            }
        }

        var kind = (RouteKind)fixedPart.Type;
        return new Route
        {
            Destination = Prefix(destination, fixedPart.DestinationLength),
            Kind = kind,
            NextHops = several ?? (LeadsSomewhere(kind) && single != new NextHop(0) ? [single] : []),
            Protocol = fixedPart.Protocol,
            Table = table,
            Metric = fixedPart.Family == AddressFamilies.IPv6 && metric == DefaultMetricIPv6 ? 0 : metric,
            PreferredSource = source,
            Scope = (RouteScope)fixedPart.Scope,
        };
    }

    /// <summary>A cached exception (a path's smaller MTU) rather than a route that somebody put.</summary>
    public static bool IsCloned(ReadOnlySpan<byte> body) => (MessageReader.ReadFixed<RtMsg>(body, out _).Flags & Cloned) != 0;

    private static void PutNextHops(NetlinkWriter message, Route route)
    {
        if (route.NextHops is [var only])
        {
            PutGateway(message, route, only);
            if (only.Link != 0)
                message.Put(OutInterface, (uint)only.Link);
        }
        else if (route.NextHops.Count > 1)
        {
            var nest = message.BeginNest(Multipath);
            foreach (var hop in route.NextHops)
            {
                var length = Unsafe.SizeOf<RtNextHop>() + (hop.Gateway is null ? 0 : 4 + GatewayLength(route, hop.Gateway));
                message.Write(new RtNextHop((ushort)length, hop.IsOnLink ? (byte)OnLink : (byte)0, (byte)(hop.Weight - 1), hop.Link));
                PutGateway(message, route, hop);
            }

            message.EndNest(nest);
        }
    }

    private static int GatewayLength(Route route, IPAddress gateway) =>
        gateway.AddressFamily == route.Destination.BaseAddress.AddressFamily ? (route.IsIPv4 ? 4 : 16) : 18;

    /// <summary>An IPv6 gateway of an IPv4 route (RFC 8950) goes as RTA_VIA: family (2) and address.</summary>
    private static void PutGateway(NetlinkWriter message, Route route, NextHop hop)
    {
        if (hop.Gateway is not { } gateway)
            return;

        if (gateway.AddressFamily == route.Destination.BaseAddress.AddressFamily)
        {
            message.Put(Gateway, gateway);
            return;
        }

        Span<byte> via = stackalloc byte[18];
        MemoryMarshal.Write(via, (ushort)AddressFamilies.ToKernel(gateway.AddressFamily));
        gateway.TryWriteBytes(via[2..], out var written);
        message.Put(Via, via[..(2 + written)]);
    }

    private static IPAddress ReadVia(AttributeReader attribute) => attribute.Value.Length is 6 or 18
        ? new IPAddress(attribute.Value[2..])
        : throw NetlinkException.Malformed($"a gateway of {attribute.Value.Length} bytes");

    private static List<NextHop> DecodeNextHops(ReadOnlySpan<byte> hops)
    {
        var decoded = new List<NextHop>();
        while (hops.Length >= Unsafe.SizeOf<RtNextHop>())
        {
            var head = MemoryMarshal.Read<RtNextHop>(hops);
            if (head.Length < Unsafe.SizeOf<RtNextHop>() || head.Length > hops.Length)
                throw NetlinkException.Malformed($"a next hop of {head.Length} bytes where {hops.Length} are left");

            var hop = new NextHop(head.Link, null, (head.Flags & OnLink) != 0, head.Hops + 1);
            var attributes = new AttributeReader(hops[Unsafe.SizeOf<RtNextHop>()..head.Length]);
            while (attributes.Next())
            {
                hop = attributes.Type switch
                {
                    Gateway => hop with { Gateway = attributes.ReadAddress() },
                    Via => hop with { Gateway = ReadVia(attributes) },
                    _ => hop,
                };
            }

            decoded.Add(hop);
            hops = hops[Math.Min(NetlinkHeader.Align(head.Length), hops.Length)..];
        }

        return decoded;
    }

    /// <summary>IPv6 shows a blackhole as going out of the loopback; it leads nowhere all the same.</summary>
    private static bool LeadsSomewhere(RouteKind kind) =>
        kind is not (RouteKind.Blackhole or RouteKind.Unreachable or RouteKind.Prohibit or RouteKind.Throw);

    private static IPNetwork Prefix(IPAddress address, byte length)
    {
        try
        {
            return new IPNetwork(address, length);
        }
        catch (Exception e) when (e is ArgumentException)
        {
            throw NetlinkException.Malformed($"a destination {address}/{length}");
        }
    }
}
