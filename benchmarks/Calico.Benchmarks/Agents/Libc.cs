using System.Runtime.InteropServices;

namespace Calico.Benchmarks.Agents;

/// <summary>The system calls that are measured or measure: straight to the kernel, so that little of a figure is ours.</summary>
internal static unsafe partial class Libc
{
    private const int ThreadCpuClock = 3; // CLOCK_THREAD_CPUTIME_ID
    private const int FirstComeFirstServed = 1; // SCHED_FIFO
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int Interrupted = 4; // EINTR

    /// <summary>CPU time of this thread in nanoseconds, with the kernel's work done in its name: system calls, and the packets it sends as far as they go.</summary>
    public static long ThreadCpu()
    {
        var time = default(TimeSpec);
        return clock_gettime(ThreadCpuClock, &time) == 0
            ? (time.Seconds * 1_000_000_000) + time.Nanoseconds
            : throw new BenchException("this kernel has no CPU clock for threads");
    }

    /// <summary>Keeps this thread on one core, where no ordinary process takes turns with it: those empty the caches, and the kernel's path grows longer by it.</summary>
    public static void Pin(int core)
    {
        var mask = stackalloc ulong[16];
        mask[core / 64] = 1ul << (core % 64);
        if (sched_setaffinity(0, 16 * sizeof(ulong), mask) != 0)
            throw new BenchException($"core {core} cannot be had: errno {Marshal.GetLastPInvokeError()}");

        var priority = 1;
        if (sched_setscheduler(0, FirstComeFirstServed, &priority) != 0)
            throw new BenchException($"real-time scheduling cannot be had: errno {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Sends some of the bytes; negative if the connection is gone.</summary>
    public static int Send(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint sent;
            do
                sent = send(socket, start, (nuint)bytes.Length, NoSignal);
            while (sent < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            return (int)sent;
        }
    }

    /// <summary>Waits for bytes; 0 at the end of the stream, negative if the connection is gone or nothing came in time.</summary>
    public static int Receive(int socket, Span<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint received;
            do
                received = recv(socket, start, (nuint)bytes.Length, 0);
            while (received < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            return (int)received;
        }
    }

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int clock_gettime(int clock, TimeSpec* time);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int sched_setaffinity(int thread, nuint size, ulong* mask);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int sched_setscheduler(int thread, int policy, int* priority);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint send(int socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint recv(int socket, byte* bytes, nuint length, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
