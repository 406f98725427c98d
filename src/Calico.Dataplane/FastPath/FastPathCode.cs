using Calico.Netlink.Bpf;
using static Calico.Dataplane.FastPath.FlowLayout;
using static Calico.Netlink.Bpf.BpfRegister;
using static Calico.Netlink.Bpf.BpfSize;
using static Calico.Netlink.Bpf.BpfTest;

namespace Calico.Dataplane.FastPath;

/// <summary>The program as it is written, with what its parts do again and again. R6 is the packet's description throughout (struct __sk_buff).</summary>
internal sealed class FastPathCode(FlowMaps maps)
{
    public BpfAssembler Code { get; } = new();

    public FlowMaps Maps { get; } = maps;

    /// <summary>Where a packet goes that is none of ours.</summary>
    public BpfLabel LongWay { get; } = new();

    /// <summary>Goes the long way unless the index at that place of the stack is an uplink's.</summary>
    public void DemandUplink(int at)
    {
        Copy(R10, at, StackFrame.Interface, 4);
        Find(Maps.Uplinks, StackFrame.Interface);
        Code.JumpIf(R0, Equal, 0, LongWay);
    }

    /// <summary>An address of the key as <see cref="FlowMaps.Workloads"/> knows addresses.</summary>
    /// <returns>Where it is on the stack.</returns>
    public int Address(bool isIPv4, int at)
    {
        if (!isIPv4)
            return at;

        Code.Store(U64, R10, StackFrame.Address, 0);
        Code.Store(U32, R10, StackFrame.Address + 8, unchecked((int)0xFFFF0000)); // ::ffff:0:0, as on the wire
        Copy(R10, at, StackFrame.Address + 12, 4);
        return StackFrame.Address;
    }

    /// <summary>Looks up an element by the key at that place of the stack; R0 is where its value is, or 0.</summary>
    public void Find(BpfMap map, int key)
    {
        Code.LoadMap(R1, map);
        AddressOf(R2, key);
        Code.Call(BpfFunction.LookUpElement);
    }

    public void AddressOf(BpfRegister register, int onStack)
    {
        Code.Move(register, R10);
        Code.Add(register, onStack);
    }

    /// <summary>To the stack, by way of R1; in words where both places allow it.</summary>
    public void Copy(BpfRegister from, int offset, int toStack, int length)
    {
        var size = (offset | toStack | length) % 4 == 0 ? U32 : U16;
        var step = size == U32 ? 4 : 2;
        for (var i = 0; i < length; i += step)
        {
            Code.Load(size, R1, from, offset + i);
            Code.Store(size, R10, toStack + i, R1);
        }
    }

    public BpfMap Flows(bool isIPv4) => isIPv4 ? Maps.Flows4 : Maps.Flows6;

    /// <summary>Where a packet says how many hops it may go yet.</summary>
    public static int Hops(bool isIPv4) => EthernetHeader + (isIPv4 ? 8 : 7);
}
