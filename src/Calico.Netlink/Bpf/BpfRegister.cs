namespace Calico.Netlink.Bpf;

/// <summary>The registers of the kernel's BPF machine: R0 holds results, R1 to R5 are arguments that a call destroys, R6 to R9 outlive calls, R10 is the end of 512 bytes of stack.</summary>
public enum BpfRegister : byte
{
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    R10,
}

/// <summary>How much a load or store moves; the values are the instruction's bits (linux/bpf_common.h, linux/bpf.h).</summary>
public enum BpfSize : byte
{
    U32 = 0x00,
    U16 = 0x08,
    U8 = 0x10,
    U64 = 0x18,
}

/// <summary>What a jump asks; the values are the instruction's bits (linux/bpf.h, BPF_JEQ and so on). All but the last compare without sign.</summary>
public enum BpfTest : byte
{
    Equal = 0x10,
    Greater = 0x20,
    GreaterOrEqual = 0x30,
    NotEqual = 0x50,
    Less = 0xA0,
    LessOrEqual = 0xB0,
    SignedLess = 0xC0,
}
