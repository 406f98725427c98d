using System.Net;
using Calico.Model.Addresses;
using Calico.Netlink.Nftables;
using Calico.Netlink.Nftables.Expressions;
using Calico.Netlink.Routing;
using NftVerdict = Calico.Netlink.Nftables.Expressions.Verdict;

namespace Calico.Dataplane.Firewall;

/// <summary>A rule of the blueprint in the kernel's expressions.</summary>
internal static class RuleEncoding
{
    /// <summary>The NFLOG group of packets that a Log rule matches; <c>nflog:5</c> to tcpdump.</summary>
    public const ushort LogGroup = 5;

    /// <summary>The NFLOG group of packets that were denied; this node alone reads it.</summary>
    public const ushort DenialGroup = 6;

    private const uint LogLength = 128;
    private const byte IPv4 = 2, IPv6 = 10; // NFPROTO_*

    public static Expression[] Encode(FirewallRule rule)
    {
        var expressions = new List<Expression>();
        foreach (var match in rule.Matches)
            expressions.AddRange(Encode(match));
        if (rule.IsCounted)
            expressions.Add(new Counter());
        expressions.AddRange(Encode(rule.Verdict));
        return [.. expressions];
    }

    private static IEnumerable<Expression> Encode(Match match) => match switch
    {
        Match.Family(var version) => [Meta.Family, Compare.Equal(NftValue.Byte(version == 4 ? IPv4 : IPv6))],
        Match.InvalidState => Conntrack.IsIn(ConntrackState.Invalid),
        Match.EstablishedOrRelated => Conntrack.IsIn(ConntrackState.Established | ConntrackState.Related),
        Match.InterfacePrefix prefix => [NameOf(prefix.Direction), Is(NftValue.InterfacePrefix(prefix.Prefix), prefix.Negated)],
        Match.Interface named => [NameOf(named.Direction), Is(NftValue.InterfaceName(named.Name), named.Negated)],
        Match.InterfaceAndSource source =>
            [.. Load.Concatenate(Meta.InterfaceIn, AddressOf(Side.Source, source.Version)), new Lookup(source.Set, IsInverted: source.Negated)],
        Match.OfProtocol protocol => [Meta.Protocol, Is(NftValue.Byte(protocol.Protocol.Number), protocol.Negated)],
        Match.Address address => Encode(address),
        Match.AddressIn address => [AddressOf(address.Side, address.Version), new Lookup(address.Set, IsInverted: address.Negated)],
        Match.PortBetween port => [PortOf(port.Side), Between(port)],
        Match.PortIn port => [PortOf(port.Side), new Lookup(port.Set, IsInverted: port.Negated)],
        Match.AddressAndPortIn port =>
            [.. Load.Concatenate(AddressOf(port.Side, port.Version), Meta.Protocol, PortOf(port.Side)), new Lookup(port.Set, IsInverted: port.Negated)],
        Match.IsMarked mark => [Meta.Mark, Bitwise.And(NftValue.Number((uint)mark.Bit)), Is(NftValue.Number(0), !mark.Negated)],
        Match.ToLocalAddress => [Fib.DestinationKind, Compare.Equal(NftValue.Number((uint)RouteKind.Local))],
        Match.AtMost(var perSecond, var burst) => [new Limit((ulong)perSecond, TimeSpan.FromSeconds(1), (uint)burst)],
        Match.IcmpType { Code: { } code } icmp => [new Payload(PayloadOrigin.Transport, 0, 2), Is(NftValue.Of([icmp.Type, code]), icmp.Negated)],
        Match.IcmpType icmp => [Payload.IcmpType, Is(NftValue.Byte(icmp.Type), icmp.Negated)],
        _ => throw new ArgumentException($"no expression for {match}", nameof(match)),
    };

    private static Expression[] Encode(Verdict verdict) => verdict switch
    {
        Verdict.Accept => [NftVerdict.Accept],
        Verdict.Drop => [NftVerdict.Drop],
        Verdict.Return => [NftVerdict.Return],
        Verdict.Jump(var chain) => [NftVerdict.Jump(chain)],
        Verdict.Goto(var chain) => [NftVerdict.Goto(chain)],
        Verdict.Reject => [Reject.AdministrativelyProhibited],
        Verdict.DispatchPort(var side, var map) => [PortOf(side), new Lookup(map, Destination: Register.Verdict)],
        Verdict.DispatchAddress(var side, var version, var map) => [AddressOf(side, version), new Lookup(map, Destination: Register.Verdict)],
        Verdict.Mark(var bit, var isSet) => Encode(bit, isSet),
        Verdict.NoTrack => [new NoTrack()],
        Verdict.Capture capture => Encode(capture),
        Verdict.Dispatch(var direction, var map) => [NameOf(direction), new Lookup(map, Destination: Register.Verdict)],
        Verdict.Translate(var address, var port) => Encode(address, port),
        Verdict.Masquerade => [new Masquerade()],
        Verdict.Log log => [new Log(log.IsDenial ? DenialGroup : LogGroup, log.Prefix, LogLength)],
        _ => throw new ArgumentException($"no expression for {verdict}", nameof(verdict)),
    };

    private static Expression[] Encode(Verdict.Capture capture)
    {
        var (family, loopback) = capture.Version == 4 ? (NftFamily.IPv4, IPAddress.Loopback) : (NftFamily.IPv6, IPAddress.IPv6Loopback);
        Register address = default, port = new(4); // behind the longest address
        return
        [
            new Immediate(NftValue.Address(loopback), address),
            new Immediate(NftValue.Port(capture.Port), port),
            new TransparentProxy(family, address, port),
            .. Encode(PacketMark.Captured, isSet: true),
            NftVerdict.Accept,
        ];
    }

    private static Expression[] Encode(PacketMark bit, bool isSet) => [Meta.Mark, Bitwise.Replace((uint)bit, isSet ? (uint)bit : 0), Meta.Set(MetaKey.Mark)];

    private static Expression[] Encode(IPAddress address, ushort port)
    {
        Register to = default, toPort = new(4); // behind the longest address
        var family = address.IsIPv4 ? NftFamily.IPv4 : NftFamily.IPv6;
        return
        [
            new Immediate(NftValue.Address(address), to),
            new Immediate(NftValue.Port(port), toPort),
            new Nat { IsSource = false, Family = family, Address = to, Port = toPort },
        ];
    }

    private static IEnumerable<Expression> Encode(Match.Address address)
    {
        var version = address.Network.IsIPv4 ? 4 : 6;
        yield return AddressOf(address.Side, version);
        if (!address.Network.IsHost)
            yield return Bitwise.And(Mask(address.Network));
        yield return Is(NftValue.Address(address.Network.BaseAddress), address.Negated);
    }

    private static NftValue Mask(IPNetwork network)
    {
        var ones = AddressArithmetic.FromBits(UInt128.MaxValue, network.BaseAddress.AddressFamily);
        return NftValue.Address(ones.Truncate(network.PrefixLength).BaseAddress);
    }

    private static Expression Between(Match.PortBetween port) => port.First == port.Last
        ? Is(NftValue.Port(port.First), port.Negated)
        : new Between(NftValue.Port(port.First), NftValue.Port(port.Last), port.Negated);

    private static Compare Is(NftValue value, bool negated) => negated ? Compare.NotEqual(value) : Compare.Equal(value);

    private static Load NameOf(Direction direction) => direction == Direction.In ? Meta.InterfaceIn : Meta.InterfaceOut;

    private static Payload PortOf(Side side) => side == Side.Source ? Payload.SourcePort : Payload.DestinationPort;

    private static Payload AddressOf(Side side, int version) => (side, version) switch
    {
        (Side.Source, 4) => Payload.SourceIPv4,
        (Side.Source, _) => Payload.SourceIPv6,
        (_, 4) => Payload.DestinationIPv4,
        _ => Payload.DestinationIPv6,
    };
}
