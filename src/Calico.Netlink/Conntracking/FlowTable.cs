using System.Net;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Conntracking;

/// <summary>The flows that the kernel tracks in one namespace (nf_conntrack_netlink).</summary>
public sealed class FlowTable : IDisposable
{
    private const byte Subsystem = 1, Get = 1, Delete = 2; // NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_*
    private const ushort Original = 1, Reply = 2, Id = 12, Zone = 18; // CTA_*
    private const ushort Addresses = 1; // CTA_TUPLE_IP; the other part is CTA_TUPLE_PROTO
    private const ushort Source4 = 1, Destination4 = 2, Source6 = 3, Destination6 = 4; // CTA_IP_*
    private const ushort Protocol = 1, SourcePort = 2, DestinationPort = 3; // CTA_PROTO_*
    private const ushort IcmpType = 5, IcmpCode = 6, IcmpV6Type = 8, IcmpV6Code = 9; // CTA_PROTO_ICMP_*, CTA_PROTO_ICMPV6_*

    private readonly NetlinkSocket _socket;

    private FlowTable(NetlinkSocket socket) => _socket = socket;

    /// <param name="inside">The namespace to talk about; null for that of the calling thread.</param>
    public static FlowTable Open(NetworkNamespace? inside = null) => new(NetlinkSocket.Open(NetlinkSocket.Netfilter, inside));

    /// <summary>All flows of both families.</summary>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public IReadOnlyList<Flow> List()
    {
        var request = new RequestBuffer(32);
        NetfilterMessage.Begin(request, Subsystem, Get, NetlinkFlags.Dump, family: 0).End();
        return _socket.List(request, (_, body) => Decode(body), "list tracked flows");
    }

    /// <summary>Forgets flows: their next packets are looked at as if they were the first. Those that have ended meanwhile are no error.</summary>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public void Remove(IReadOnlyCollection<Flow> flows)
    {
        if (flows.Count == 0)
            return;

        var requests = new RequestBuffer(128 * flows.Count);
        foreach (var flow in flows)
            Write(requests, flow);
        var refused = _socket.Send(requests).Where(refusal => refusal.Errno != Errno.ENOENT).ToList();
        if (refused.Count > 0)
            throw refused[0].ToException($"forget tracked flows, {refused.Count} of {flows.Count}");
    }

    public void Dispose() => _socket.Dispose();

    internal static Flow? Decode(ReadOnlySpan<byte> body)
    {
        var head = MessageReader.ReadFixed<NetfilterMessage.NfGen>(body, out var attributes);
        FlowTuple? original = null, reply = null;
        byte[] raw = [];
        uint id = 0;
        ushort? zone = null;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case Original: (original, raw) = (DecodeTuple(attributes.Nested), attributes.Value.ToArray()); break;
                case Reply: reply = DecodeTuple(attributes.Nested); break;
                case Id: id = attributes.ReadUInt32BigEndian(); break;
                case Zone: zone = attributes.ReadUInt16BigEndian(); break;
            }
        }

        return original is { } there && reply is { } back ? new(there, back) { Family = head.Family, RawOriginal = raw, Id = id, Zone = zone } : null;
    }

    private static void Write(RequestBuffer requests, Flow flow)
    {
        var message = NetfilterMessage.Begin(requests, Subsystem, Delete, NetlinkFlags.None, flow.Family);
        var nest = message.BeginNest(Original);
        message.WriteRaw(flow.RawOriginal);
        message.EndNest(nest);
        message.PutBigEndian(Id, flow.Id);
        if (flow.Zone is { } zone)
            message.PutBigEndian(Zone, zone);
        message.End();
    }

    private static FlowTuple? DecodeTuple(AttributeReader tuple)
    {
        IPAddress? source = null, destination = null;
        byte protocol = 0;
        ushort sourcePort = 0, destinationPort = 0;
        byte? icmpType = null, icmpCode = null;
        while (tuple.Next())
        {
            var part = tuple.Nested;
            var isAddresses = tuple.Type == Addresses;
            while (part.Next())
            {
                switch (isAddresses, part.Type)
                {
                    case (true, Source4 or Source6): source = part.ReadAddress(); break;
                    case (true, Destination4 or Destination6): destination = part.ReadAddress(); break;
                    case (false, Protocol): protocol = part.ReadByte(); break;
                    case (false, SourcePort): sourcePort = part.ReadUInt16BigEndian(); break;
                    case (false, DestinationPort): destinationPort = part.ReadUInt16BigEndian(); break;
                    case (false, IcmpType or IcmpV6Type): icmpType = part.ReadByte(); break;
                    case (false, IcmpCode or IcmpV6Code): icmpCode = part.ReadByte(); break;
                }
            }
        }

        return source is null || destination is null
            ? null
            : new(protocol, source, sourcePort, destination, destinationPort) { IcmpType = icmpType, IcmpCode = icmpCode };
    }
}
