using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Routing;

/// <summary>RTM_NEWLINK and its kin.</summary>
/// <remarks>struct ifinfomsg: family, pad, type (2), index (4), flags (4), change mask (4); then IFLA_* attributes.</remarks>
internal static class LinkMessage
{
    public const ushort New = 16, Delete = 17, Get = 18, Set = 19; // RTM_*LINK

    private const ushort Address = 1, IfName = 3, Mtu = 4, PeerLink = 5, Master = 10, LinkInfo = 18, AfSpec = 26, NamespaceFd = 28, Wishes = 29, PeerNamespace = 37; // IFLA_*; Wishes: IFLA_EXT_MASK
    private const ushort InfoKind = 1, InfoPayload = 2; // IFLA_INFO_KIND, IFLA_INFO_DATA
    private const ushort VethPeerPart = 1; // VETH_INFO_PEER
    private const ushort Inet = 2, InetConf = 1; // AF_INET, IFLA_INET_CONF
    private const ushort Forwarding = 1, ProxyArp = 3, ReversePathFilter = 8, RouteLocalnet = 26; // IPV4_DEVCONF_*
    private const uint Up = 1, LowerUp = 0x10000; // IFF_UP, IFF_LOWER_UP
    private const uint SkipStatistics = 8; // RTEXT_FILTER_SKIP_STATS: counters, of which nothing is read here, are most of the work of an answer

    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct IfInfo(byte Family, byte Pad, ushort Type, int Index, uint Flags, uint Change);

    public static void List(RequestBuffer requests)
    {
        var message = requests.Begin(Get, NetlinkFlags.Dump);
        message.Write(new IfInfo());
        message.Put(Wishes, SkipStatistics);
        message.End();
    }

    public static void Find(RequestBuffer requests, int index, string? name)
    {
        var message = requests.Begin(Get, NetlinkFlags.None);
        message.Write(new IfInfo { Index = index });
        if (name is not null)
            message.Put(IfName, name);

        message.Put(Wishes, SkipStatistics);
        message.End();
    }

    public static void Remove(RequestBuffer requests, int index, string? name)
    {
        var message = requests.Begin(Delete, NetlinkFlags.None);
        message.Write(new IfInfo { Index = index });
        if (name is not null)
            message.Put(IfName, name);

        message.End();
    }

    public static void CreateVeth(RequestBuffer requests, NewVeth veth)
    {
        var message = requests.Begin(New, NetlinkFlags.Create | NetlinkFlags.Exclusive);
        message.Write(veth.IsUp ? new IfInfo { Flags = Up, Change = Up } : new IfInfo());
        PutIdentity(message, veth.Name, veth.HardwareAddress, veth.Mtu, veth.Namespace);
        var info = message.BeginNest(LinkInfo);
        message.Put(InfoKind, "veth"u8);
        var payload = message.BeginNest(InfoPayload);
        var peer = message.BeginNest(VethPeerPart);
        message.Write(new IfInfo());
        PutIdentity(message, veth.Peer.Name, veth.Peer.HardwareAddress, veth.Peer.Mtu, veth.Peer.Namespace);
        message.EndNest(peer);
        message.EndNest(payload);
        message.EndNest(info);
        message.End();
    }

    public static void CreateBridge(RequestBuffer requests, string name, bool isUp)
    {
        var message = requests.Begin(New, NetlinkFlags.Create | NetlinkFlags.Exclusive);
        message.Write(isUp ? new IfInfo { Flags = Up, Change = Up } : new IfInfo());
        message.Put(IfName, name);
        var info = message.BeginNest(LinkInfo);
        message.Put(InfoKind, "bridge"u8);
        message.EndNest(info);
        message.End();
    }

    public static void Change(RequestBuffer requests, int index, LinkChange change)
    {
        var message = requests.Begin(Set, NetlinkFlags.None);
        message.Write(change.IsUp is { } up
            ? new IfInfo { Index = index, Flags = up ? Up : 0, Change = Up }
            : new IfInfo { Index = index });
        PutIdentity(message, change.Name, change.HardwareAddress, change.Mtu, change.Namespace);
        if (change.Master is { } master)
            message.Put(Master, (uint)master);

        if (change.IPv4 != default)
            PutIPv4(message, change.IPv4);

        message.End();
    }

    public static Link? Decode(ushort type, ReadOnlySpan<byte> body)
    {
        var fixedPart = MessageReader.ReadFixed<IfInfo>(body, out var attributes);
        if (type is not (New or Delete) || fixedPart.Family != 0) // a bridge's own view of its ports comes under AF_BRIDGE
            return null;

        var link = new Link
        {
            Index = fixedPart.Index,
            Name = "",
            IsUp = (fixedPart.Flags & Up) != 0,
            HasCarrier = (fixedPart.Flags & LowerUp) != 0,
        };
        while (attributes.Next())
        {
            link = attributes.Type switch
            {
                Address => link with { HardwareAddress = new PhysicalAddress(attributes.Value.ToArray()) },
                IfName => link with { Name = attributes.ReadString() },
                Mtu => link with { Mtu = attributes.ReadInt32() },
                PeerLink => link with { Peer = attributes.ReadInt32() },
                Master => link with { Master = attributes.ReadInt32() },
                LinkInfo => link with { Kind = DecodeKind(attributes.Nested) },
                AfSpec => link with { IPv4 = DecodeIPv4(attributes.Nested) },
                PeerNamespace => link with { IsPeerElsewhere = true },
                _ => link,
            };
        }

        return link;
    }

    private static void PutIdentity(NetlinkWriter message, string? name, PhysicalAddress? hardwareAddress, int? mtu, NetworkNamespace? inside)
    {
        if (name is not null)
            message.Put(IfName, name);

        if (hardwareAddress is not null)
            message.Put(Address, hardwareAddress.GetAddressBytes());

        if (mtu is { } bytes)
            message.Put(Mtu, (uint)bytes);

        if (inside is not null)
            message.Put(NamespaceFd, (uint)inside.Descriptor);
    }

    private static void PutIPv4(NetlinkWriter message, LinkIPv4 settings)
    {
        var spec = message.BeginNest(AfSpec);
        var family = message.BeginNest(Inet);
        var conf = message.BeginNest(InetConf);
        PutSetting(message, Forwarding, settings.Forwarding);
        PutSetting(message, ProxyArp, settings.ProxyArp);
        PutSetting(message, RouteLocalnet, settings.RouteLocalnet);
        if (settings.ReversePathFilter is { } filter)
            message.Put(ReversePathFilter, (uint)filter);

        message.EndNest(conf);
        message.EndNest(family);
        message.EndNest(spec);
    }

    private static void PutSetting(NetlinkWriter message, ushort setting, bool? value)
    {
        if (value is { } wanted)
            message.Put(setting, wanted ? 1u : 0u);
    }

    private static string DecodeKind(AttributeReader info)
    {
        while (info.Next())
        {
            if (info.Type == InfoKind)
                return info.ReadString();
        }

        return "";
    }

    /// <summary>Settings go in as attributes by number, and come back as one array of 32-bit values, the first being number 1.</summary>
    private static LinkIPv4 DecodeIPv4(AttributeReader families)
    {
        while (families.Next())
        {
            var parts = families.Nested;
            while (families.Type == Inet && parts.Next())
            {
                if (parts.Type != InetConf)
                    continue;

                var values = MemoryMarshal.Cast<byte, int>(parts.Value);
                return new LinkIPv4
                {
                    Forwarding = At(values, Forwarding) is { } forwarding ? forwarding != 0 : null,
                    ProxyArp = At(values, ProxyArp) is { } proxyArp ? proxyArp != 0 : null,
                    ReversePathFilter = At(values, ReversePathFilter),
                    RouteLocalnet = At(values, RouteLocalnet) is { } routeLocalnet ? routeLocalnet != 0 : null,
                };
            }
        }

        return default;
    }

    private static int? At(ReadOnlySpan<int> values, int setting) => setting <= values.Length ? values[setting - 1] : null;
}
