using Calico.Netlink.Bpf;
using static Calico.Netlink.Bpf.BpfRegister;
using static Calico.Netlink.Bpf.BpfSize;
using static Calico.Netlink.Bpf.BpfTest;
using static Calico.Dataplane.FastPath.FlowLayout;

namespace Calico.Dataplane.FastPath;

/// <summary>Writes the program that stands at every workload's interface and at every uplink: packets of known connections go right to where they go.</summary>
/// <remarks>
/// <code>
///  TCP or UDP, whole, no SYN, FIN or RST?         no ──► the long way
///  its flow known, this generation, this interface, in time?
///    yes ► fits? ► new Ethernet addresses, one hop less ► to the interface, or to the other end of a workload's pair
///    no  ► the source is the workload's here, or it came by an uplink; the destination is a workload's here, or an uplink leads there
///          connection tracking has it established, both ways seen, nothing translated?  yes ► the flow is noted, and the packet goes
/// </code>
/// All else goes the long way: the host's routing, connection tracking, every table of nftables. Of what leaves the host one packet of each flow does so as often as a flow's
/// lifetime ends, so that the neighbour is asked for and the connection seen alive; of what arrives, the connection's own timeout is put off instead, since a packet on the long way would be
/// overtaken by the next. Registers: R6 the packet's description (struct __sk_buff), R7 its octets, R8 its protocol.
/// </remarks>
internal sealed class FastPathProgram
{
    private const int Tcp = 6, Udp = 17;
    private const int SynFinRst = 0x07;

    /// <summary>struct __sk_buff (linux/bpf.h).</summary>
    private const int SkbLength = 0, SkbProtocol = 16, SkbInterface = 40, SkbData = 76, SkbEnd = 80, SkbSegment = 176;

    /// <summary>enum ip_conntrack_status: it must have been answered, be worth keeping, and be in the table.</summary>
    private const int Established = 0x02 | 0x04 | 0x08; // IPS_SEEN_REPLY, IPS_ASSURED, IPS_CONFIRMED

    /// <summary>And must not be translated, dying, a template, nobody's, with a helper, or on another's fast path.</summary>
    private const int Unfit = 0x10 | 0x20 | 0x40 | 0x200 | 0x800 | 0x1000 | 0x2000 | 0x4000;

    private const int TcpEstablished = 3; // TCP_CONNTRACK_ESTABLISHED

    /// <summary>The stack, from its end down: a flow's key, the options of a look-up of connections (struct bpf_ct_opts), a flow, a look-up of a route (struct bpf_fib_lookup), an address, an interface, the packet.</summary>
    private const int Key = -40, Options = -56, NewFlow = -104, Route = -168, Address = -184, Interface = -192, Packet = -200;

    private const int OptionsSize = 12, RouteSize = 64;

    /// <summary>Whether a connection may go the fast path.</summary>
    private const int Now = 0, Never = 1, NotYet = 2;

    private readonly BpfAssembler _code = new();
    private readonly FlowMaps _maps;
    private readonly ConntrackTypes _conntrack;
    private readonly BpfLabel _longWay = new();

    private FastPathProgram(FlowMaps maps, ConntrackTypes conntrack) => (_maps, _conntrack) = (maps, conntrack);

    public static byte[] Write(FlowMaps maps, ConntrackTypes conntrack) => new FastPathProgram(maps, conntrack).Write();

    private byte[] Write()
    {
        var ipv4 = new BpfLabel();
        _code.Move(R6, R1);
        _code.Load(U32, R0, R6, SkbProtocol);
        _code.JumpIf(R0, Equal, 0x0008, ipv4); // ETH_P_IP, as on the wire
        _code.JumpIf(R0, NotEqual, 0xDD86, _longWay); // ETH_P_IPV6
        WriteFamily(isIPv4: false);
        _code.Mark(ipv4);
        WriteFamily(isIPv4: true);
        _code.Mark(_longWay);
        _code.Move(R0, TcxLink.Next);
        _code.Exit();
        return _code.Assemble();
    }

    private void WriteFamily(bool isIPv4)
    {
        var (learn, forward) = (new BpfLabel(), new BpfLabel());
        WriteParsing(isIPv4);
        WriteFlowLookUp(isIPv4, learn, forward);
        _code.Mark(learn);
        WriteSides(isIPv4);
        WriteConnection(isIPv4);
        var isKnown = new BpfLabel();
        WriteWay(isIPv4, isKnown);
        _code.Mark(isKnown);
        WriteNote(isIPv4);
        _code.Mark(forward);
        WriteForward(isIPv4);
    }

    /// <summary>The packet's octets in R7, its protocol in R8, its key on the stack.</summary>
    private void WriteParsing(bool isIPv4)
    {
        var (ip, ports) = (EthernetHeader, EthernetHeader + (isIPv4 ? 20 : 40));
        var hasPorts = new BpfLabel();
        _code.Load(U32, R7, R6, SkbData);
        _code.Load(U32, R2, R6, SkbEnd);
        WriteBound(ports + 8);
        if (isIPv4)
        {
            _code.Load(U8, R0, R7, ip);
            _code.JumpIf(R0, NotEqual, 0x45, _longWay); // no options
            _code.Load(U16, R0, R7, ip + 6);
            _code.And(R0, 0xFF3F); // more fragments, offset: as on the wire
            _code.JumpIf(R0, NotEqual, 0, _longWay);
        }

        _code.Load(U8, R0, R7, Hops(isIPv4));
        _code.JumpIf(R0, LessOrEqual, 1, _longWay); // to be told of by ICMP
        _code.Load(U8, R8, R7, isIPv4 ? ip + 9 : ip + 6);
        _code.JumpIf(R8, Equal, Udp, hasPorts);
        _code.JumpIf(R8, NotEqual, Tcp, _longWay);
        WriteBound(ports + 14);
        _code.Load(U8, R0, R7, ports + 13);
        _code.And(R0, SynFinRst);
        _code.JumpIf(R0, NotEqual, 0, _longWay);
        _code.Mark(hasPorts);
        for (var (from, to) = (isIPv4 ? ip + 12 : ip + 8, Key); from < ports + 4; (from, to) = (from + 4, to + 4))
        {
            _code.Load(U32, R0, R7, from); // both addresses, then both ports, which follow them
            _code.Store(U32, R10, to, R0);
        }

        _code.Store(U32, R10, Key + TupleSize(isIPv4), R8);
    }

    /// <summary>The verifier lets nobody read what was not compared with the packet's end.</summary>
    private void WriteBound(int length)
    {
        _code.Move(R3, R7);
        _code.Add(R3, length);
        _code.JumpIf(R3, Greater, R2, _longWay);
    }

    /// <summary>A flow to be believed is in R9 when it goes on to <paramref name="forward"/>.</summary>
    private void WriteFlowLookUp(bool isIPv4, BpfLabel learn, BpfLabel forward)
    {
        var expired = new BpfLabel();
        WriteFind(Flows(isIPv4), Key);
        _code.JumpIf(R0, Equal, 0, learn);
        _code.Move(R9, R0);
        _code.LoadValueOf(R1, _maps.State);
        _code.Load(U32, R1, R1, State.Generation);
        _code.Load(U32, R2, R9, Flow.Generation);
        _code.JumpIf(R1, NotEqual, R2, learn);
        _code.Load(U32, R1, R9, Flow.In);
        _code.Load(U32, R2, R6, SkbInterface);
        _code.JumpIf(R1, NotEqual, R2, learn);
        _code.Call(BpfHelper.Jiffies);
        _code.Load(U32, R1, R9, Flow.Until);
        _code.Subtract32(R1, R0);
        _code.JumpIf32(R1, SignedLess, 0, expired);
        _code.Load(U32, R1, R9, Flow.Out);
        _code.JumpIf(R1, NotEqual, 0, forward);
        _code.Jump(_longWay);
        _code.Mark(expired);
        _code.Load(U32, R1, R9, Flow.IsPeer);
        _code.JumpIf(R1, NotEqual, 0, learn);
        _code.LoadMap(R1, Flows(isIPv4));
        WriteAddressOf(R2, Key);
        _code.Call(BpfHelper.DeleteElement);
        _code.Jump(_longWay);
    }

    /// <summary>Who sends and who receives: begins the new flow, and has whether a workload of this host sends it in R9.</summary>
    private void WriteSides(bool isIPv4)
    {
        var (isKnown, isElsewhere, isDone) = (new BpfLabel(), new BpfLabel(), new BpfLabel());
        for (var at = 0; at < Flow.Size; at += 8)
            _code.Store(U64, R10, NewFlow + at, 0);
        _code.LoadValueOf(R1, _maps.State);
        _code.Load(U32, R1, R1, State.Generation); // before the connection is looked at: what changes after that makes it old
        _code.Store(U32, R10, NewFlow + Flow.Generation, R1);
        _code.Load(U32, R1, R6, SkbInterface);
        _code.Store(U32, R10, NewFlow + Flow.In, R1);
        _code.Store(U64, R10, Packet, R7);

        _code.Move(R9, 1);
        WriteFind(_maps.Workloads, WriteAddress(isIPv4, Key));
        _code.JumpIf(R0, NotEqual, 0, isKnown);
        _code.Move(R9, 0);
        WriteUplinkCheck(NewFlow + Flow.In);
        _code.Jump(isElsewhere);
        _code.Mark(isKnown);
        _code.Load(U32, R1, R0, Workload.Interface);
        _code.Load(U32, R2, R6, SkbInterface);
        _code.JumpIf(R1, NotEqual, R2, _longWay); // not its own address
        _code.Mark(isElsewhere);

        WriteFind(_maps.Workloads, WriteAddress(isIPv4, Key + AddressSize(isIPv4)));
        var isLocal = new BpfLabel();
        _code.JumpIf(R0, NotEqual, 0, isLocal);
        _code.JumpIf(R9, Equal, 0, _longWay); // from elsewhere to elsewhere
        _code.Jump(isDone);
        _code.Mark(isLocal);
        _code.Store(U32, R10, NewFlow + Flow.IsPeer, 1);
        WriteCopy(R0, Workload.Interface, NewFlow + Flow.Out, 4);
        WriteCopy(R0, Workload.Limit, NewFlow + Flow.Limit, 4);
        WriteCopy(R0, Workload.Ethernet, NewFlow + Flow.Ethernet, EthernetAddresses);
        _code.Mark(isDone);
    }

    /// <summary>Asks connection tracking. A connection that is translated is noted as one for the long way; one that is not established yet is not noted at all.</summary>
    private void WriteConnection(bool isIPv4)
    {
        var (isFit, judged, isAlive) = (new BpfLabel(), new BpfLabel(), new BpfLabel());
        _code.Store(U32, R10, Options, -1); // netns_id: where the packet is
        _code.Store(U32, R10, Options + 4, 0);
        _code.Store(U32, R10, Options + 8, R8); // l4proto, one octet; the rest 0
        _code.Move(R1, R6);
        WriteAddressOf(R2, Key);
        _code.Move(R3, TupleSize(isIPv4));
        WriteAddressOf(R4, Options);
        _code.Move(R5, OptionsSize);
        Call(_conntrack.LookUp);
        _code.JumpIf(R0, Equal, 0, _longWay);

        _code.Move(R9, R0); // held from here on
        _code.Load(U64, R1, R9, _conntrack.Status);
        _code.Move(R2, R1);
        _code.Move(R7, Never);
        _code.And(R2, Unfit);
        _code.JumpIf(R2, NotEqual, 0, judged);
        _code.Move(R7, NotYet);
        _code.And(R1, Established);
        _code.JumpIf(R1, NotEqual, Established, judged);
        _code.LoadValueOf(R1, _maps.State);
        _code.Load(U32, R2, R1, State.UdpTimeout);
        _code.JumpIf(R8, Equal, Udp, isFit);
        _code.Load(U32, R2, R1, State.TcpTimeout);
        _code.Load(U8, R1, R9, _conntrack.TcpState);
        _code.JumpIf(R1, NotEqual, TcpEstablished, judged);
        _code.Mark(isFit);
        _code.Move(R1, R9);
        Call(_conntrack.ChangeTimeout);
        _code.Move(R7, Now);
        _code.Mark(judged);
        _code.Move(R1, R9);
        Call(_conntrack.Release);

        _code.JumpIf(R7, Equal, NotYet, _longWay);
        _code.JumpIf(R7, Equal, Now, isAlive);
        _code.Store(U32, R10, NewFlow + Flow.Out, 0);
        _code.Store(U32, R10, NewFlow + Flow.IsPeer, 0);
        _code.Mark(isAlive);
    }

    /// <summary>Asks routing where a fit flow leaves the host, unless it ends in a workload here: the interface, the Ethernet addresses, and what fits through.</summary>
    private void WriteWay(bool isIPv4, BpfLabel isKnown)
    {
        const int Protocol = 1, Source = 2, Destination = 4, Mtu = 6, Link = 8, Class = 12, From = 16, To = 32, Own = 52, Next = 58;
        _code.JumpIf(R7, Equal, Never, isKnown);
        _code.Load(U32, R1, R10, NewFlow + Flow.IsPeer);
        _code.JumpIf(R1, NotEqual, 0, isKnown);
        for (var at = 0; at < RouteSize; at += 8)
            _code.Store(U64, R10, Route + at, 0);
        _code.Store(U8, R10, Route, isIPv4 ? 2 : 10); // AF_INET, AF_INET6
        _code.Store(U8, R10, Route + Protocol, R8);
        WriteCopy(R10, Key + TupleSize(isIPv4) - 4, Route + Source, 2);
        WriteCopy(R10, Key + TupleSize(isIPv4) - 2, Route + Destination, 2);
        _code.Store(U16, R10, Route + Mtu, 1); // a packet's length: the answer is the way's MTU
        WriteCopy(R10, NewFlow + Flow.In, Route + Link, 4);
        _code.Load(U64, R7, R10, Packet);
        if (isIPv4)
        {
            _code.Load(U8, R1, R7, EthernetHeader + 1);
            _code.Store(U8, R10, Route + Class, R1);
        }
        else
        {
            _code.Load(U32, R1, R7, EthernetHeader);
            _code.And(R1, unchecked((int)0xFFFFFF0F)); // all but the version, as on the wire
            _code.Store(U32, R10, Route + Class, R1);
        }

        WriteCopy(R10, Key, Route + From, AddressSize(isIPv4));
        WriteCopy(R10, Key + AddressSize(isIPv4), Route + To, AddressSize(isIPv4));
        _code.Move(R1, R6);
        WriteAddressOf(R2, Route);
        _code.Move(R3, RouteSize);
        _code.Move(R4, 0);
        _code.Call(BpfHelper.LookUpRoute);
        _code.JumpIf(R0, NotEqual, 0, _longWay); // no way, no neighbour yet, or not to be forwarded

        WriteUplinkCheck(Route + Link);
        WriteCopy(R10, Route + Link, NewFlow + Flow.Out, 4);
        _code.Load(U16, R1, R10, Route + Mtu);
        _code.Add(R1, EthernetHeader);
        _code.Store(U32, R10, NewFlow + Flow.Limit, R1);
        WriteCopy(R10, Route + Next, NewFlow + Flow.Ethernet, EthernetAddresses / 2);
        WriteCopy(R10, Route + Own, NewFlow + Flow.Ethernet + (EthernetAddresses / 2), EthernetAddresses / 2);
    }

    /// <summary>Notes the flow; it is in R9 from there on, and the packet's octets in R7 again.</summary>
    private void WriteNote(bool isIPv4)
    {
        _code.Call(BpfHelper.Jiffies);
        _code.LoadValueOf(R1, _maps.State);
        _code.Load(U32, R1, R1, State.Lifetime);
        _code.Add(R0, R1);
        _code.Store(U32, R10, NewFlow + Flow.Until, R0);
        _code.LoadMap(R1, Flows(isIPv4));
        WriteAddressOf(R2, Key);
        WriteAddressOf(R3, NewFlow);
        _code.Move(R4, 0);
        _code.Call(BpfHelper.UpdateElement);
        _code.Load(U32, R1, R10, NewFlow + Flow.Out);
        _code.JumpIf(R1, Equal, 0, _longWay);
        _code.Load(U64, R7, R10, Packet);
        WriteAddressOf(R9, NewFlow);
    }

    /// <summary>Sends the packet on: R7 its octets, R9 its flow.</summary>
    private void WriteForward(bool isIPv4)
    {
        var (fits, toPeer) = (new BpfLabel(), new BpfLabel());
        _code.Load(U32, R2, R6, SkbLength);
        _code.Load(U32, R3, R9, Flow.Limit);
        _code.JumpIf(R2, LessOrEqual, R3, fits);
        _code.Load(U32, R2, R6, SkbSegment); // several in one, to be split into such
        _code.JumpIf(R2, Equal, 0, _longWay); // to be told of by ICMP, or to be cut
        _code.Add(R2, EthernetHeader + (isIPv4 ? 20 : 40) + 20);
        _code.JumpIf(R2, Greater, R3, _longWay);
        _code.Mark(fits);

        _code.Load(U64, R1, R9, Flow.Packets);
        _code.Add(R1, 1);
        _code.Store(U64, R9, Flow.Packets, R1);
        _code.Load(U64, R1, R9, Flow.Ethernet);
        _code.Store(U64, R7, 0, R1);
        _code.Load(U32, R1, R9, Flow.Ethernet + 8);
        _code.Store(U32, R7, 8, R1);
        if (isIPv4)
            WriteChecksum();
        _code.Load(U8, R1, R7, Hops(isIPv4));
        _code.Add(R1, -1);
        _code.Store(U8, R7, Hops(isIPv4), R1);

        _code.Load(U32, R1, R9, Flow.Out);
        _code.Move(R2, 0);
        _code.Load(U32, R3, R9, Flow.IsPeer);
        _code.JumpIf(R3, NotEqual, 0, toPeer);
        _code.Call(BpfHelper.Redirect);
        _code.Exit();
        _code.Mark(toPeer);
        _code.Call(BpfHelper.RedirectPeer);
        _code.Exit();
    }

    /// <summary>Of a header with one hop less, by the difference alone (RFC 1624).</summary>
    private void WriteChecksum()
    {
        const int Checksum = EthernetHeader + 10;
        var isFolded = new BpfLabel();
        _code.Load(U16, R1, R7, Checksum);
        _code.Add(R1, 1); // 0x0100, as on the wire
        _code.JumpIf(R1, Less, 0xFFFF, isFolded);
        _code.Add(R1, 1);
        _code.Mark(isFolded);
        _code.Store(U16, R7, Checksum, R1);
    }

    /// <summary>Goes the long way unless the index at that place of the stack is an uplink's.</summary>
    private void WriteUplinkCheck(int at)
    {
        WriteCopy(R10, at, Interface, 4);
        WriteFind(_maps.Uplinks, Interface);
        _code.JumpIf(R0, Equal, 0, _longWay);
    }

    /// <summary>An address of the key as <see cref="FlowMaps.Workloads"/> knows addresses.</summary>
    /// <returns>Where it is on the stack.</returns>
    private int WriteAddress(bool isIPv4, int at)
    {
        if (!isIPv4)
            return at;

        _code.Store(U64, R10, Address, 0);
        _code.Store(U32, R10, Address + 8, unchecked((int)0xFFFF0000)); // ::ffff:0:0, as on the wire
        WriteCopy(R10, at, Address + 12, 4);
        return Address;
    }

    private void WriteFind(BpfMap map, int key)
    {
        _code.LoadMap(R1, map);
        WriteAddressOf(R2, key);
        _code.Call(BpfHelper.LookUpElement);
    }

    private void WriteAddressOf(BpfRegister register, int onStack)
    {
        _code.Move(register, R10);
        _code.Add(register, onStack);
    }

    /// <summary>To the stack, by way of R1; in words where both places allow it.</summary>
    private void WriteCopy(BpfRegister from, int offset, int toStack, int length)
    {
        var size = (offset | toStack | length) % 4 == 0 ? U32 : U16;
        var step = size == U32 ? 4 : 2;
        for (var i = 0; i < length; i += step)
        {
            _code.Load(size, R1, from, offset + i);
            _code.Store(size, R10, toStack + i, R1);
        }
    }

    private void Call(KernelFunction function) => _code.Call(function, function.Module is null ? 0 : 1);

    private BpfMap Flows(bool isIPv4) => isIPv4 ? _maps.Flows4 : _maps.Flows6;

    private static int Hops(bool isIPv4) => EthernetHeader + (isIPv4 ? 8 : 7);
}
