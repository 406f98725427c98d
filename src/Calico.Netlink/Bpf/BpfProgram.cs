using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Calico.Netlink.Bpf;

/// <summary>A program that the kernel has verified and compiled, for packets that enter or leave an interface (BPF_PROG_TYPE_SCHED_CLS).</summary>
public sealed class BpfProgram : IDisposable
{
    private const int AttributesLength = 128, ForTrafficControl = 3;
    private const int LogLength = 1 << 18, TellsErrors = 1; // what the verifier says, of instructions and of its verdict
    private const int LastWords = 600; // of a refusal's log: where it ends, there is the reason

    private readonly SafeFileHandle _handle;

    private BpfProgram(SafeFileHandle handle) => _handle = handle;

    internal int Descriptor => (int)_handle.DangerousGetHandle();

    /// <param name="name">As tools show it; at most 15 octets.</param>
    /// <param name="code">As <see cref="BpfAssembler.Assemble"/> gives it.</param>
    /// <param name="license">The code's; some helpers and all functions of the kernel are for those that go with the GPL alone.</param>
    /// <param name="modules">The types of modules whose functions it calls, by the numbers that the calls have, counted from 1.</param>
    /// <exception cref="NetlinkException">The kernel refuses it; the explanation is the end of what its verifier said.</exception>
    public static unsafe BpfProgram Load(string name, byte[] code, string license, IReadOnlyList<KernelModuleTypes> modules)
    {
        Span<byte> attributes = stackalloc byte[AttributesLength];
        attributes.Clear();
        var descriptors = new int[modules.Count + 1]; // the first stands for the kernel's own types and is not read
        for (var i = 0; i < modules.Count; i++)
            descriptors[i + 1] = modules[i].Descriptor;
        fixed (byte* instructions = code, terms = Encoding.ASCII.GetBytes(license + '\0'))
        fixed (int* table = descriptors)
        {
            BpfCall.Put(attributes, 0, ForTrafficControl);
            BpfCall.Put(attributes, 4, code.Length / BpfAssembler.InstructionLength);
            BpfCall.Put(attributes, 8, instructions);
            BpfCall.Put(attributes, 16, terms);
            BpfCall.PutName(attributes, 48, name);
            if (modules.Count > 0)
                BpfCall.Put(attributes, 120, (byte*)table);
            var descriptor = BpfCall.Try(BpfCall.ProgramLoad, attributes, out var errno);
            return errno == Errno.None ? new(BpfCall.Own(descriptor)) : throw new NetlinkException($"load BPF program {name}", errno, WhyNot(attributes));
        }
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>Asks once more, with the verifier's log, which is slow to write.</summary>
    private static unsafe string? WhyNot(Span<byte> attributes)
    {
        var log = new byte[LogLength];
        fixed (byte* place = log)
        {
            BpfCall.Put(attributes, 24, TellsErrors);
            BpfCall.Put(attributes, 28, LogLength);
            BpfCall.Put(attributes, 32, place);
            var descriptor = BpfCall.Try(BpfCall.ProgramLoad, attributes, out _);
            if (descriptor >= 0)
                BpfCall.Own(descriptor).Dispose();
        }

        var said = Encoding.ASCII.GetString(log).TrimEnd('\0', '\n');
        return said.Length == 0 ? null : said[Math.Max(0, said.Length - LastWords)..];
    }
}
