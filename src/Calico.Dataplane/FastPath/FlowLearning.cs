using Calico.Netlink.Bpf;
using static Calico.Dataplane.FastPath.FlowLayout;
using static Calico.Dataplane.FastPath.StackFrame;
using static Calico.Netlink.Bpf.BpfRegister;
using static Calico.Netlink.Bpf.BpfSize;
using static Calico.Netlink.Bpf.BpfTest;

namespace Calico.Dataplane.FastPath;

/// <summary>Writes the part of the program that meets a flow it does not know: it asks whether its packets may take the fast path, and where they go.</summary>
internal sealed class FlowLearning(FastPathCode code, ConntrackTypes conntrack)
{
    /// <summary>enum ip_conntrack_status: it must have been answered, be worth keeping, and be in the table.</summary>
    private const int Established = 0x02 | 0x04 | 0x08; // IPS_SEEN_REPLY, IPS_ASSURED, IPS_CONFIRMED

    /// <summary>And must not be translated, dying, a template, nobody's, with a helper, or on another's fast path.</summary>
    private const int Unfit = 0x10 | 0x20 | 0x40 | 0x200 | 0x800 | 0x1000 | 0x2000 | 0x4000;

    private const int TcpEstablished = 3; // TCP_CONNTRACK_ESTABLISHED
    private const int OptionsSize = 12, RouteSize = 64;

    /// <summary>Whether a connection may go the fast path.</summary>
    private const int Now = 0, Never = 1, NotYet = 2;

    private BpfAssembler Code => code.Code;

    /// <summary>Given the flow's key and R8, its protocol; goes on behind what it writes with R7, the packet's octets, and R9, the flow, or goes the long way.</summary>
    public void Write(bool isIPv4)
    {
        var isKnown = new BpfLabel();
        Sides(isIPv4);
        Connection(isIPv4);
        Way(isIPv4, isKnown);
        Code.Mark(isKnown);
        Note(isIPv4);
    }

    /// <summary>Who sends and who receives: begins the new flow, and has whether a workload of this host sends it in R9.</summary>
    private void Sides(bool isIPv4)
    {
        var (isKnown, isElsewhere, isDone) = (new BpfLabel(), new BpfLabel(), new BpfLabel());
        for (var at = 0; at < Flow.Size; at += 8)
            Code.Store(U64, R10, NewFlow + at, 0);
        Code.LoadValueOf(R1, code.Maps.State);
        Code.Load(U32, R1, R1, State.Generation); // before the connection is looked at: what changes after that makes it old
        Code.Store(U32, R10, NewFlow + Flow.Generation, R1);
        Code.Load(U32, R1, R6, FastPathProgram.SkbInterface);
        Code.Store(U32, R10, NewFlow + Flow.In, R1);
        Code.Store(U64, R10, Packet, R7);

        Code.Move(R9, 1);
        code.Find(code.Maps.Workloads, code.Address(isIPv4, Key));
        Code.JumpIf(R0, NotEqual, 0, isKnown);
        Code.Move(R9, 0);
        code.DemandUplink(NewFlow + Flow.In);
        Code.Jump(isElsewhere);
        Code.Mark(isKnown);
        Code.Load(U32, R1, R0, Workload.Interface);
        Code.Load(U32, R2, R6, FastPathProgram.SkbInterface);
        Code.JumpIf(R1, NotEqual, R2, code.LongWay); // not its own address
        Code.Mark(isElsewhere);

        code.Find(code.Maps.Workloads, code.Address(isIPv4, Key + AddressSize(isIPv4)));
        var isLocal = new BpfLabel();
        Code.JumpIf(R0, NotEqual, 0, isLocal);
        Code.JumpIf(R9, Equal, 0, code.LongWay); // from elsewhere to elsewhere
        Code.Jump(isDone);
        Code.Mark(isLocal);
        Code.Store(U32, R10, NewFlow + Flow.IsPeer, 1);
        code.Copy(R0, Workload.Interface, NewFlow + Flow.Out, 4);
        code.Copy(R0, Workload.Limit, NewFlow + Flow.Limit, 4);
        code.Copy(R0, Workload.Ethernet, NewFlow + Flow.Ethernet, EthernetAddresses);
        Code.Mark(isDone);
    }

    /// <summary>Asks connection tracking. A connection that is translated is noted as one for the long way; one that is not established yet is not noted at all.</summary>
    private void Connection(bool isIPv4)
    {
        var (isFit, judged, isAlive) = (new BpfLabel(), new BpfLabel(), new BpfLabel());
        Code.Store(U32, R10, Options, -1); // netns_id: where the packet is
        Code.Store(U32, R10, Options + 4, 0);
        Code.Store(U32, R10, Options + 8, R8); // l4proto, one octet; the rest 0
        Code.Move(R1, R6);
        code.AddressOf(R2, Key);
        Code.Move(R3, TupleSize(isIPv4));
        code.AddressOf(R4, Options);
        Code.Move(R5, OptionsSize);
        Call(conntrack.LookUp);
        Code.JumpIf(R0, Equal, 0, code.LongWay);

        Code.Move(R9, R0); // held from here on
        Code.Load(U64, R1, R9, conntrack.Status);
        Code.Move(R2, R1);
        Code.Move(R7, Never);
        Code.And(R2, Unfit);
        Code.JumpIf(R2, NotEqual, 0, judged);
        Code.Move(R7, NotYet);
        Code.And(R1, Established);
        Code.JumpIf(R1, NotEqual, Established, judged);
        Code.LoadValueOf(R1, code.Maps.State);
        Code.Load(U32, R2, R1, State.UdpTimeout);
        Code.JumpIf(R8, Equal, FastPathProgram.Udp, isFit);
        Code.Load(U32, R2, R1, State.TcpTimeout);
        Code.Load(U8, R1, R9, conntrack.TcpState);
        Code.JumpIf(R1, NotEqual, TcpEstablished, judged);
        Code.Mark(isFit);
        Code.Move(R1, R9);
        Call(conntrack.ChangeTimeout);
        Code.Move(R7, Now);
        Code.Mark(judged);
        Code.Move(R1, R9);
        Call(conntrack.Release);

        Code.JumpIf(R7, Equal, NotYet, code.LongWay);
        Code.JumpIf(R7, Equal, Now, isAlive);
        Code.Store(U32, R10, NewFlow + Flow.Out, 0);
        Code.Store(U32, R10, NewFlow + Flow.IsPeer, 0);
        Code.Mark(isAlive);
    }

    /// <summary>Asks routing where a fit flow leaves the host, unless it ends in a workload here: the interface, the Ethernet addresses, and what fits through.</summary>
    private void Way(bool isIPv4, BpfLabel isKnown)
    {
        const int Protocol = 1, Source = 2, Destination = 4, Mtu = 6, Link = 8, Class = 12, From = 16, To = 32, Own = 52, Next = 58;
        Code.JumpIf(R7, Equal, Never, isKnown);
        Code.Load(U32, R1, R10, NewFlow + Flow.IsPeer);
        Code.JumpIf(R1, NotEqual, 0, isKnown);
        for (var at = 0; at < RouteSize; at += 8)
            Code.Store(U64, R10, Route + at, 0);
        Code.Store(U8, R10, Route, isIPv4 ? 2 : 10); // AF_INET, AF_INET6
        Code.Store(U8, R10, Route + Protocol, R8);
        code.Copy(R10, Key + TupleSize(isIPv4) - 4, Route + Source, 2);
        code.Copy(R10, Key + TupleSize(isIPv4) - 2, Route + Destination, 2);
        Code.Store(U16, R10, Route + Mtu, 1); // a packet's length: the answer is the way's MTU
        code.Copy(R10, NewFlow + Flow.In, Route + Link, 4);
        Code.Load(U64, R7, R10, Packet);
        if (isIPv4)
        {
            Code.Load(U8, R1, R7, EthernetHeader + 1);
            Code.Store(U8, R10, Route + Class, R1);
        }
        else
        {
            Code.Load(U32, R1, R7, EthernetHeader);
            Code.And(R1, unchecked((int)0xFFFFFF0F)); // all but the version, as on the wire
            Code.Store(U32, R10, Route + Class, R1);
        }

        code.Copy(R10, Key, Route + From, AddressSize(isIPv4));
        code.Copy(R10, Key + AddressSize(isIPv4), Route + To, AddressSize(isIPv4));
        Code.Move(R1, R6);
        code.AddressOf(R2, Route);
        Code.Move(R3, RouteSize);
        Code.Move(R4, 0);
        Code.Call(BpfFunction.LookUpRoute);
        Code.JumpIf(R0, NotEqual, 0, code.LongWay); // no way, no neighbour yet, or not to be forwarded

        code.DemandUplink(Route + Link);
        code.Copy(R10, Route + Link, NewFlow + Flow.Out, 4);
        Code.Load(U16, R1, R10, Route + Mtu);
        Code.Add(R1, EthernetHeader);
        Code.Store(U32, R10, NewFlow + Flow.Limit, R1);
        code.Copy(R10, Route + Next, NewFlow + Flow.Ethernet, EthernetAddresses / 2);
        code.Copy(R10, Route + Own, NewFlow + Flow.Ethernet + (EthernetAddresses / 2), EthernetAddresses / 2);
    }

    /// <summary>Notes the flow; it is in R9 from there on, and the packet's octets in R7 again.</summary>
    private void Note(bool isIPv4)
    {
        Code.Call(BpfFunction.Jiffies);
        Code.LoadValueOf(R1, code.Maps.State);
        Code.Load(U32, R1, R1, State.Lifetime);
        Code.Add(R0, R1);
        Code.Store(U32, R10, NewFlow + Flow.Until, R0);
        Code.LoadMap(R1, code.Flows(isIPv4));
        code.AddressOf(R2, Key);
        code.AddressOf(R3, NewFlow);
        Code.Move(R4, 0);
        Code.Call(BpfFunction.UpdateElement);
        Code.Load(U32, R1, R10, NewFlow + Flow.Out);
        Code.JumpIf(R1, Equal, 0, code.LongWay);
        Code.Load(U64, R7, R10, Packet);
        code.AddressOf(R9, NewFlow);
    }

    private void Call(KernelFunction function) => Code.Call(function, function.Module is null ? 0 : 1);
}
