using System.Net;
using Calico.Model.Values;
using Calico.Netlink.Nftables;
using Calico.Netlink.Nftables.Expressions;

namespace Calico.Dataplane.Paths;

/// <summary>The first packet of a connection on its way through this host.</summary>
/// <param name="Source">Who sends it.</param>
/// <param name="Destination">To whom.</param>
/// <param name="Protocol">Of IP.</param>
/// <param name="Port">The destination's; 0 where there are none.</param>
public sealed record PathPacket(IPAddress Source, IPAddress Destination, Protocol Protocol, ushort Port)
{
    private const byte FamilyIPv4 = 2, FamilyIPv6 = 10; // NFPROTO_*

    private const uint StateNew = 8; // NF_CT_STATE_BIT(IP_CT_NEW)

    /// <summary>The interface it comes by; empty if this host sends it.</summary>
    public string InterfaceIn { get; init; } = "";

    /// <summary>The interface it leaves by; empty if it is for this host.</summary>
    public string InterfaceOut { get; init; } = "";

    internal bool IsIPv4 => Source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;

    /// <summary>What an expression would load of it; null if that is not known beforehand.</summary>
    internal byte[]? Value(Load load)
    {
        var bare = load with { Destination = default };
        if ((PartOf(bare, IsIPv4 ? Payload.SourceIPv4 : Payload.SourceIPv6, Source) ?? PartOf(bare, IsIPv4 ? Payload.DestinationIPv4 : Payload.DestinationIPv6, Destination)) is { } part)
            return part;
        if (bare == Payload.DestinationPort)
            return Protocol.HasPorts ? NftValue.Port(Port).Bytes.ToArray() : null;
        if (bare == Meta.Protocol || (IsIPv4 && bare == new Payload(PayloadOrigin.Network, 9, 1)))
            return [Protocol.Number];
        if (bare == Meta.Family)
            return [IsIPv4 ? FamilyIPv4 : FamilyIPv6];
        if (bare == Meta.InterfaceIn)
            return NftValue.InterfaceName(InterfaceIn).Bytes.ToArray();
        if (bare == Meta.InterfaceOut)
            return NftValue.InterfaceName(InterfaceOut).Bytes.ToArray();

        return bare == Conntrack.State ? NftValue.Number(StateNew).Bytes.ToArray() : null;
    }

    /// <summary>The bytes of an address that are loaded: for a prefix of whole bytes nft(8) compares no more than these.</summary>
    private static byte[]? PartOf(Load load, Payload whole, IPAddress address) =>
        load is Payload part && part.Origin == whole.Origin && part.Offset >= whole.Offset && part.Offset + part.Length <= whole.Offset + whole.Length
            ? address.GetAddressBytes()[(part.Offset - whole.Offset)..(part.Offset - whole.Offset + part.Length)]
            : null;
}
