using System.Runtime.InteropServices;

namespace Calico.Netlink.Bpf;

/// <summary>The kernel's tick (jiffy), in which it counts what need not be exact.</summary>
public static class KernelTicks
{
    private const int MonotonicCoarse = 6; // CLOCK_MONOTONIC_COARSE goes on once a tick

    /// <summary>How many to a second (CONFIG_HZ): 100, 250, 300 or 1000.</summary>
    /// <exception cref="NetlinkException">The kernel has no such clock.</exception>
    public static int PerSecond()
    {
        if (Libc.ClockResolution(MonotonicCoarse, out var resolution) != 0 || resolution.Nanoseconds is <= 0 or > 1_000_000_000)
            throw new NetlinkException("read the length of the kernel's tick", Libc.LastError);

        return (int)(1_000_000_000L / resolution.Nanoseconds);
    }

    /// <summary>struct timespec of a 64-bit machine.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Duration(long Seconds, long Nanoseconds);
}
