using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Calico.Netlink.Bpf;

/// <summary>The system call bpf(2): a command, and a structure of as many octets as the command knows.</summary>
internal static class BpfCall
{
    public const int MapCreate = 0, MapLookUp = 1, MapUpdate = 2, MapDelete = 3, MapNextKey = 4, ProgramLoad = 5, InfoByDescriptor = 15, TypesById = 19, NextTypesId = 23, LinkCreate = 28;

    /// <remarks>Not a field: what its initializer throws would come as another exception.</remarks>
    private static nint Number => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 321,
        Architecture.Arm64 => 280,
        var other => throw new PlatformNotSupportedException($"bpf(2) has no number here for {other}"),
    };

    /// <returns>What the command returns, a descriptor or 0.</returns>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public static int Do(int command, Span<byte> attributes, string action)
    {
        var result = Try(command, attributes, out var errno);
        return errno == Errno.None ? result : throw new NetlinkException(action, errno);
    }

    /// <returns>-1 with the reason if the kernel refuses.</returns>
    public static int Try(int command, Span<byte> attributes, out Errno errno)
    {
        var result = (int)Libc.SystemCall(Number, command, attributes, attributes.Length);
        errno = result < 0 ? Libc.LastError : Errno.None;
        return result;
    }

    public static SafeFileHandle Own(int descriptor) => new(descriptor, ownsHandle: true);

    public static void Put(Span<byte> attributes, int offset, int value) => BinaryPrimitives.WriteInt32LittleEndian(attributes[offset..], value);

    /// <remarks>What it points to must be fixed in memory until the call has returned.</remarks>
    public static unsafe void Put(Span<byte> attributes, int offset, byte* pointer) => BinaryPrimitives.WriteUInt64LittleEndian(attributes[offset..], (ulong)pointer);

    /// <summary>The name that tools show of a program or map: at most 15 octets.</summary>
    public static void PutName(Span<byte> attributes, int offset, string name) => Encoding.ASCII.GetBytes(name, attributes.Slice(offset, 15));
}
