using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Calico.Bgp.Bfd;

/// <summary>Lets the kernel drop datagrams whose TTL or hop limit is not 255: those have been through a router (RFC 5082).</summary>
/// <remarks>IP_MINTTL holds for TCP only, so it is a classic BPF program (linux/filter.h) that looks at the network header.</remarks>
internal static class TtlFilter
{
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int AttachFilter = 26; // SO_ATTACH_FILTER
    private const uint NetworkHeader = unchecked((uint)-0x100000); // SKF_NET_OFF
    private const uint TtlOffset = 8; // RFC 791 §3.1
    private const uint HopLimitOffset = 7; // RFC 8200 §3
    private const int InstructionLength = 8; // struct sock_filter: code (2), jump if true (1), jump if false (1), k (4)

    public static void Attach(Socket socket)
    {
        var offset = socket.AddressFamily == AddressFamily.InterNetwork ? TtlOffset : HopLimitOffset;
        ReadOnlySpan<(ushort Code, byte True, byte False, uint K)> program =
        [
            (0x30, 0, 0, NetworkHeader + offset), // load the octet
            (0x15, 0, 1, byte.MaxValue), // is it 255?
            (0x06, 0, 0, uint.MaxValue), // pass all of it
            (0x06, 0, 0, 0), // drop
        ];
        Span<byte> code = stackalloc byte[program.Length * InstructionLength];
        for (var i = 0; i < program.Length; i++)
        {
            var instruction = code[(i * InstructionLength)..];
            BinaryPrimitives.WriteUInt16LittleEndian(instruction, program[i].Code);
            instruction[2] = program[i].True;
            instruction[3] = program[i].False;
            BinaryPrimitives.WriteUInt32LittleEndian(instruction[4..], program[i].K);
        }

        Attach(socket, code, program.Length);
    }

    /// <summary>struct sock_fprog: count (2), padding (6), pointer (8).</summary>
    private static void Attach(Socket socket, ReadOnlySpan<byte> code, int count)
    {
        var memory = Marshal.AllocHGlobal(code.Length);
        try
        {
            Marshal.Copy(code.ToArray(), 0, memory, code.Length);
            Span<byte> program = stackalloc byte[16];
            program.Clear();
            BinaryPrimitives.WriteUInt16LittleEndian(program, (ushort)count);
            BinaryPrimitives.WriteInt64LittleEndian(program[8..], memory);
            socket.SetRawSocketOption(SocketLevel, AttachFilter, program);
        }
        finally
        {
            Marshal.FreeHGlobal(memory); // the kernel has a copy
        }
    }
}
