using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Calico.Netlink.Bpf;

/// <summary>Writes a BPF program, instruction by instruction, with labels for its jumps.</summary>
/// <remarks>
/// An instruction is eight octets: operation, registers, a 16-bit offset, a 32-bit constant (Documentation/bpf/standardization/instruction-set.rst). What is written is
/// checked by nobody here: the kernel's verifier does, and <see cref="BpfProgram.Load"/> tells what it says.
/// </remarks>
public sealed class BpfAssembler
{
    /// <summary>Octets of an instruction.</summary>
    public const int InstructionLength = 8;

    private const byte Alu32 = 0x04, Jump32 = 0x06, JumpClass = 0x05, Alu64 = 0x07; // BPF_ALU, BPF_JMP32, BPF_JMP, BPF_ALU64
    private const byte FromRegister = 0x08; // BPF_X
    private const byte LoadMemory = 0x61, StoreRegister = 0x63, StoreConstant = 0x62, LoadDouble = 0x18; // BPF_MEM with BPF_LDX, BPF_STX, BPF_ST; BPF_LD|BPF_IMM|BPF_DW
    private const byte AddOp = 0x00, SubtractOp = 0x10, AndOp = 0x50, MoveOp = 0xB0, CallOp = 0x85, ExitOp = 0x95;
    private const byte MapDescriptor = 1, MapValue = 2, KernelFunctionCall = 2; // BPF_PSEUDO_MAP_FD, BPF_PSEUDO_MAP_VALUE, BPF_PSEUDO_KFUNC_CALL

    private readonly List<Instruction> _code = [];
    private readonly List<(int At, BpfLabel To)> _jumps = [];

    public void Mark(BpfLabel label) => label.Place = _code.Count;

    public void Move(BpfRegister to, BpfRegister from) => Add(Alu64 | MoveOp | FromRegister, to, from);

    public void Move(BpfRegister to, int constant) => Add(Alu64 | MoveOp, to, constant: constant);

    public void Add(BpfRegister to, int constant) => Add(Alu64 | AddOp, to, constant: constant);

    public void Add(BpfRegister to, BpfRegister from) => Add(Alu64 | AddOp | FromRegister, to, from);

    /// <summary>Of the lower 32 bits; the upper become 0.</summary>
    public void Subtract32(BpfRegister to, BpfRegister from) => Add(Alu32 | SubtractOp | FromRegister, to, from);

    public void And(BpfRegister to, int constant) => Add(Alu64 | AndOp, to, constant: constant);

    public void Load(BpfSize size, BpfRegister to, BpfRegister from, int offset) => Add((byte)(LoadMemory | (byte)size), to, from, offset);

    public void Store(BpfSize size, BpfRegister at, int offset, BpfRegister from) => Add((byte)(StoreRegister | (byte)size), at, from, offset);

    public void Store(BpfSize size, BpfRegister at, int offset, int constant) => Add((byte)(StoreConstant | (byte)size), at, offset: offset, constant: constant);

    public void Jump(BpfLabel to)
    {
        _jumps.Add((_code.Count, to));
        Add(JumpClass, default);
    }

    public void JumpIf(BpfRegister left, BpfTest test, int right, BpfLabel to)
    {
        _jumps.Add((_code.Count, to));
        Add((byte)(JumpClass | (byte)test), left, constant: right);
    }

    public void JumpIf(BpfRegister left, BpfTest test, BpfRegister right, BpfLabel to)
    {
        _jumps.Add((_code.Count, to));
        Add((byte)(JumpClass | (byte)test | FromRegister), left, right);
    }

    /// <summary>Compares the lower 32 bits.</summary>
    public void JumpIf32(BpfRegister left, BpfTest test, int right, BpfLabel to)
    {
        _jumps.Add((_code.Count, to));
        Add((byte)(Jump32 | (byte)test), left, constant: right);
    }

    /// <summary>Calls one of the kernel's numbered helpers (enum bpf_func_id).</summary>
    public void Call(BpfFunction helper) => Add(CallOp, default, constant: (int)helper);

    /// <summary>Calls a function of the kernel's by its type's number (a kfunc).</summary>
    /// <param name="function">As <see cref="KernelTypes.Function"/> found it.</param>
    /// <param name="module">Its place in the table of modules' types that the program is loaded with; 0 for the kernel proper.</param>
    public void Call(KernelFunction function, int module) => Add(CallOp, default, (BpfRegister)KernelFunctionCall, module, function.TypeId);

    public void LoadMap(BpfRegister to, BpfMap map) => AddDouble(to, MapDescriptor, map.Descriptor);

    /// <summary>The address of the first value of an array.</summary>
    public void LoadValueOf(BpfRegister to, BpfMap array) => AddDouble(to, MapValue, array.Descriptor);

    public void Exit() => Add(ExitOp, default);

    /// <exception cref="InvalidOperationException">A jump leads to a label that was never marked, or too far.</exception>
    public byte[] Assemble()
    {
        foreach (var (at, to) in _jumps)
        {
            var distance = to.Place - at - 1;
            if (to.Place < 0 || distance is < short.MinValue or > short.MaxValue)
                throw new InvalidOperationException($"the jump at instruction {at} leads nowhere");

            _code[at] = _code[at] with { Offset = (short)distance };
        }

        var program = new byte[_code.Count * InstructionLength];
        for (var i = 0; i < _code.Count; i++)
            _code[i].Write(program.AsSpan(i * InstructionLength));
        return program;
    }

    private void Add(byte operation, BpfRegister to, BpfRegister from = default, int offset = 0, int constant = 0) =>
        _code.Add(new(operation, (byte)((byte)to | ((byte)from << 4)), (short)offset, constant));

    /// <summary>A constant of 64 bits takes two instructions; of a map's descriptor the second is empty.</summary>
    private void AddDouble(BpfRegister to, byte kind, int descriptor)
    {
        Add(LoadDouble, to, (BpfRegister)kind, constant: descriptor);
        _code.Add(default);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Instruction(byte Operation, byte Registers, short Offset, int Constant)
    {
        public void Write(Span<byte> to)
        {
            (to[0], to[1]) = (Operation, Registers);
            BinaryPrimitives.WriteInt16LittleEndian(to[2..], Offset);
            BinaryPrimitives.WriteInt32LittleEndian(to[4..], Constant);
        }
    }
}
