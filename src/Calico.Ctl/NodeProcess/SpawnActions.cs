namespace Calico.Ctl.NodeProcess;

/// <summary>What happens to the file descriptors of a program on its way to life (posix_spawn_file_actions_t).</summary>
internal sealed class SpawnActions : IDisposable
{
    public SpawnActions() => Libc.Check(Libc.FileActionsInit(Buffer));

    /// <summary>Large enough for any libc's structure: glibc's has 80 octets.</summary>
    public byte[] Buffer { get; } = GC.AllocateArray<byte>(1024, pinned: true);

    public void Open(int descriptor, string path, int flags)
    {
        const uint OwnerAndGroup = 0x1A0; // 0640
        Libc.Check(Libc.FileActionsAddOpen(Buffer, descriptor, path, flags, OwnerAndGroup));
    }

    public void Duplicate(int from, int to) => Libc.Check(Libc.FileActionsAddDup2(Buffer, from, to));

    public void ChangeFolder(string path) => Libc.Check(Libc.FileActionsAddChdir(Buffer, path));

    public void CloseFrom(int first) => Libc.Check(Libc.FileActionsAddCloseFrom(Buffer, first));

    public void Dispose() => _ = Libc.FileActionsDestroy(Buffer);
}

/// <summary>A session of its own, no blocked signals (posix_spawnattr_t).</summary>
internal sealed class SpawnAttributes : IDisposable
{
    private const short SetSignalDefaults = 0x04; // POSIX_SPAWN_SETSIGDEF

    private const short SetSignalMask = 0x08; // POSIX_SPAWN_SETSIGMASK

    private const short SetSession = 0x80; // POSIX_SPAWN_SETSID

    /// <param name="resetSignal">A signal that gets its default action back.</param>
    public SpawnAttributes(int resetSignal)
    {
        var signals = new byte[128]; // sigset_t
        Libc.Check(Libc.AttributesInit(Buffer));
        Libc.Check(Libc.AttributesSetSignalMask(Buffer, signals));
        signals[(resetSignal - 1) / 8] = (byte)(1 << ((resetSignal - 1) % 8));
        Libc.Check(Libc.AttributesSetSignalDefaults(Buffer, signals));
        Libc.Check(Libc.AttributesSetFlags(Buffer, SetSignalDefaults | SetSignalMask | SetSession));
    }

    /// <summary>Large enough for any libc's structure: glibc's has 336 octets.</summary>
    public byte[] Buffer { get; } = GC.AllocateArray<byte>(1024, pinned: true);

    public void Dispose() => _ = Libc.AttributesDestroy(Buffer);
}
