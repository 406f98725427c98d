using Calico.Netlink.Bpf;

namespace Calico.Tests.Netlink;

/// <summary>Against instructions as clang writes them for the same program.</summary>
public sealed class BpfAssemblerTests
{
    private readonly BpfAssembler _code = new();

    [Fact]
    public void Instructions_are_laid_out_as_the_kernel_reads_them()
    {
        _code.Move(BpfRegister.R6, BpfRegister.R1);
        _code.Move(BpfRegister.R0, -1);
        _code.Load(BpfSize.U32, BpfRegister.R8, BpfRegister.R6, 76);
        _code.Store(BpfSize.U16, BpfRegister.R10, -8, BpfRegister.R1);
        _code.Store(BpfSize.U64, BpfRegister.R10, -16, 7);
        _code.Add(BpfRegister.R2, -16);
        _code.Subtract32(BpfRegister.R1, BpfRegister.R0);
        _code.Call(BpfFunction.Jiffies);
        _code.Call(new KernelFunction("f", 0x1234, "m"), 1);
        _code.Exit();

        Assert.Equal(
            "bf16000000000000 b7000000ffffffff 61684c0000000000 6b1af8ff00000000 7a0af0ff07000000 07020000f0ffffff 1c01000000000000 8500000076000000 8520010034120000 9500000000000000",
            string.Join(' ', _code.Assemble().Chunk(8).Select(Convert.ToHexStringLower)));
    }

    [Fact]
    public void A_jump_counts_from_the_instruction_after_it_forward_and_back()
    {
        var (top, end) = (new BpfLabel(), new BpfLabel());
        _code.Mark(top);
        _code.JumpIf(BpfRegister.R1, BpfTest.Equal, 17, end);
        _code.JumpIf32(BpfRegister.R1, BpfTest.SignedLess, 0, top);
        _code.JumpIf(BpfRegister.R3, BpfTest.Greater, BpfRegister.R2, end);
        _code.Mark(end);
        _code.Exit();

        Assert.Equal("1501020011000000 c601feff00000000 2d23000000000000 9500000000000000", string.Join(' ', _code.Assemble().Chunk(8).Select(Convert.ToHexStringLower)));
    }

    [Fact]
    public void A_jump_to_a_place_that_was_never_marked_is_an_error()
    {
        _code.Jump(new BpfLabel());

        Assert.Throws<InvalidOperationException>(_code.Assemble);
    }
}
