using System.Runtime.InteropServices;
using Calico.Netlink.Bpf;
using Microsoft.Win32.SafeHandles;

namespace Calico.Netlink;

/// <summary>The C library, as little of it as the kernel's language needs.</summary>
internal static partial class Libc
{
    public const int NewNetwork = 0x40000000; // CLONE_NEWNET
    public const uint Bind = 0x1000, Recursive = 0x4000, Shared = 0x100000; // MS_BIND, MS_REC, MS_SHARED
    public const int Detach = 2; // MNT_DETACH

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int BindSocket(SafeHandle socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetSocketName(SafeHandle socket, Span<byte> address, ref int length);

    [LibraryImport(Library, EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetNamespace(SafeFileHandle handle, int type);

    [LibraryImport(Library, EntryPoint = "unshare", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Unshare(int flags);

    [LibraryImport(Library, EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Mount(string source, string target, string type, nuint flags, nint options);

    [LibraryImport(Library, EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Unmount(string target, int flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint SystemCall(nint number, nint command, Span<byte> attributes, nint length);

    [LibraryImport(Library, EntryPoint = "clock_getres", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ClockResolution(int clock, out KernelTicks.Duration resolution);

    public static Errno LastError => (Errno)Marshal.GetLastPInvokeError();
}
