using Calico.Netlink.Bpf;
using static Calico.Dataplane.FastPath.FlowLayout;
using static Calico.Dataplane.FastPath.StackFrame;
using static Calico.Netlink.Bpf.BpfRegister;
using static Calico.Netlink.Bpf.BpfSize;
using static Calico.Netlink.Bpf.BpfTest;

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
    public const int Tcp = 6, Udp = 17;

    /// <summary>struct __sk_buff (linux/bpf.h).</summary>
    public const int SkbInterface = 40;

    private const int SkbLength = 0, SkbProtocol = 16, SkbData = 76, SkbEnd = 80, SkbSegment = 176;
    private const int SynFinRst = 0x07;

    private readonly FastPathCode _code;
    private readonly FlowLearning _learning;

    private FastPathProgram(FlowMaps maps, ConntrackTypes conntrack)
    {
        _code = new(maps);
        _learning = new(_code, conntrack);
    }

    private BpfAssembler Code => _code.Code;

    public static byte[] Write(FlowMaps maps, ConntrackTypes conntrack) => new FastPathProgram(maps, conntrack).Write();

    private byte[] Write()
    {
        var ipv4 = new BpfLabel();
        Code.Move(R6, R1);
        Code.Load(U32, R0, R6, SkbProtocol);
        Code.JumpIf(R0, Equal, 0x0008, ipv4); // ETH_P_IP, as on the wire
        Code.JumpIf(R0, NotEqual, 0xDD86, _code.LongWay); // ETH_P_IPV6
        WriteFamily(isIPv4: false);
        Code.Mark(ipv4);
        WriteFamily(isIPv4: true);
        Code.Mark(_code.LongWay);
        Code.Move(R0, TcxLink.Next);
        Code.Exit();
        return Code.Assemble();
    }

    private void WriteFamily(bool isIPv4)
    {
        var (learn, forward) = (new BpfLabel(), new BpfLabel());
        Parse(isIPv4);
        LookUpFlow(isIPv4, learn, forward);
        Code.Mark(learn);
        _learning.Write(isIPv4);
        Code.Mark(forward);
        Forward(isIPv4);
    }

    /// <summary>The packet's octets in R7, its protocol in R8, its key on the stack.</summary>
    private void Parse(bool isIPv4)
    {
        var (ip, ports) = (EthernetHeader, EthernetHeader + (isIPv4 ? 20 : 40));
        var hasPorts = new BpfLabel();
        Code.Load(U32, R7, R6, SkbData);
        Code.Load(U32, R2, R6, SkbEnd);
        Bound(ports + 8);
        if (isIPv4)
        {
            Code.Load(U8, R0, R7, ip);
            Code.JumpIf(R0, NotEqual, 0x45, _code.LongWay); // no options
            Code.Load(U16, R0, R7, ip + 6);
            Code.And(R0, 0xFF3F); // more fragments, offset: as on the wire
            Code.JumpIf(R0, NotEqual, 0, _code.LongWay);
        }

        Code.Load(U8, R0, R7, FastPathCode.Hops(isIPv4));
        Code.JumpIf(R0, LessOrEqual, 1, _code.LongWay); // to be told of by ICMP
        Code.Load(U8, R8, R7, isIPv4 ? ip + 9 : ip + 6);
        Code.JumpIf(R8, Equal, Udp, hasPorts);
        Code.JumpIf(R8, NotEqual, Tcp, _code.LongWay);
        Bound(ports + 14);
        Code.Load(U8, R0, R7, ports + 13);
        Code.And(R0, SynFinRst);
        Code.JumpIf(R0, NotEqual, 0, _code.LongWay);
        Code.Mark(hasPorts);
        var addresses = isIPv4 ? ip + 12 : ip + 8;
        for (int at = 0, octets; at < TupleSize(isIPv4); at += octets)
        {
            octets = Math.Min(8, TupleSize(isIPv4) - at);
            var size = octets == 8 ? U64 : U32;
            Code.Load(size, R0, R7, addresses + at); // both addresses, then both ports, which follow them
            Code.Store(size, R10, Key + at, R0);
        }

        Code.Store(U32, R10, Key + TupleSize(isIPv4), R8);
    }

    /// <summary>The verifier lets nobody read what was not compared with the packet's end.</summary>
    private void Bound(int length)
    {
        Code.Move(R3, R7);
        Code.Add(R3, length);
        Code.JumpIf(R3, Greater, R2, _code.LongWay);
    }

    /// <summary>A flow to be believed is in R9 when it goes on to <paramref name="forward"/>.</summary>
    private void LookUpFlow(bool isIPv4, BpfLabel learn, BpfLabel forward)
    {
        var expired = new BpfLabel();
        _code.Find(_code.Flows(isIPv4), Key);
        Code.JumpIf(R0, Equal, 0, learn);
        Code.Move(R9, R0);
        Code.LoadValueOf(R1, _code.Maps.State);
        Code.Load(U32, R1, R1, State.Generation);
        Code.Load(U32, R2, R9, Flow.Generation);
        Code.JumpIf(R1, NotEqual, R2, learn);
        Code.Load(U32, R1, R9, Flow.In);
        Code.Load(U32, R2, R6, SkbInterface);
        Code.JumpIf(R1, NotEqual, R2, learn);
        Code.Call(BpfFunction.Jiffies);
        Code.Load(U32, R1, R9, Flow.Until);
        Code.Subtract32(R1, R0);
        Code.JumpIf32(R1, SignedLess, 0, expired);
        Code.Load(U32, R1, R9, Flow.Out);
        Code.JumpIf(R1, NotEqual, 0, forward);
        Code.Jump(_code.LongWay);
        Code.Mark(expired);
        Code.Load(U32, R1, R9, Flow.IsPeer);
        Code.JumpIf(R1, NotEqual, 0, learn);
        Code.LoadMap(R1, _code.Flows(isIPv4));
        _code.AddressOf(R2, Key);
        Code.Call(BpfFunction.DeleteElement);
        Code.Jump(_code.LongWay);
    }

    /// <summary>Sends the packet on: R7 its octets, R9 its flow.</summary>
    private void Forward(bool isIPv4)
    {
        var (fits, toPeer) = (new BpfLabel(), new BpfLabel());
        Code.Load(U32, R2, R6, SkbLength);
        Code.Load(U32, R3, R9, Flow.Limit);
        Code.JumpIf(R2, LessOrEqual, R3, fits);
        Code.Load(U32, R2, R6, SkbSegment); // several in one, to be split into such
        Code.JumpIf(R2, Equal, 0, _code.LongWay); // to be told of by ICMP, or to be cut
        Code.Add(R2, EthernetHeader + (isIPv4 ? 20 : 40) + 20);
        Code.JumpIf(R2, Greater, R3, _code.LongWay);
        Code.Mark(fits);

        Code.Load(U64, R1, R9, Flow.Ethernet);
        Code.Store(U64, R7, 0, R1);
        Code.Load(U32, R1, R9, Flow.Ethernet + 8);
        Code.Store(U32, R7, 8, R1);
        if (isIPv4)
            Checksum();
        Code.Load(U8, R1, R7, FastPathCode.Hops(isIPv4));
        Code.Add(R1, -1);
        Code.Store(U8, R7, FastPathCode.Hops(isIPv4), R1);

        Code.Load(U32, R1, R9, Flow.Out);
        Code.Move(R2, 0);
        Code.Load(U32, R3, R9, Flow.IsPeer);
        Code.JumpIf(R3, NotEqual, 0, toPeer);
        Code.Call(BpfFunction.Redirect);
        Code.Exit();
        Code.Mark(toPeer);
        Code.Call(BpfFunction.RedirectPeer);
        Code.Exit();
    }

    /// <summary>Of a header with one hop less, by the difference alone (RFC 1624).</summary>
    private void Checksum()
    {
        const int Place = EthernetHeader + 10;
        var isFolded = new BpfLabel();
        Code.Load(U16, R1, R7, Place);
        Code.Add(R1, 1); // 0x0100, as on the wire
        Code.JumpIf(R1, Less, 0xFFFF, isFolded);
        Code.Add(R1, 1);
        Code.Mark(isFolded);
        Code.Store(U16, R7, Place, R1);
    }
}
