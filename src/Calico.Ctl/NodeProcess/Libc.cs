using System.Runtime.InteropServices;

namespace Calico.Ctl.NodeProcess;

/// <summary>The C library's calls for starting and ending calico-node, and who does.</summary>
/// <remarks>posix_spawn, because a daemon needs a session of its own, which the runtime's own process class cannot give it.</remarks>
internal static partial class Libc
{
    public const int ReadOnly = 0; // O_RDONLY

    public const int WriteOnly = 1; // O_WRONLY

    public const int Create = 0x40; // O_CREAT

    public const int Append = 0x400; // O_APPEND

    public const int NoHang = 1; // WNOHANG

    public const int Terminate = 15; // SIGTERM

    public const int NoSuchProcess = 3; // ESRCH

    private const string Name = "libc";

    /// <summary>Becomes the program; comes back only with the reason why not.</summary>
    public static string Execute(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        _ = Execve(program, [.. arguments, null], [.. environment, null]);
        return Marshal.GetLastPInvokeErrorMessage();
    }

    /// <summary>Zero, or the error's number.</summary>
    public static int Signal(int process, int signal) => Kill(process, signal) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    /// <exception cref="IOException">The number of an error.</exception>
    public static void Check(int error)
    {
        if (error != 0)
            throw new IOException(Describe(error));
    }

    [LibraryImport(Name, EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Spawn(out int process, string path, byte[] actions, byte[] attributes, string?[] arguments, string?[] environment);

    [LibraryImport(Name, EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport(Name, EntryPoint = "waitpid")]
    public static partial int WaitPid(int process, out int status, int options);

    [LibraryImport(Name, EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int FileActionsInit(byte[] actions);

    [LibraryImport(Name, EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int FileActionsDestroy(byte[] actions);

    [LibraryImport(Name, EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FileActionsAddOpen(byte[] actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport(Name, EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int FileActionsAddDup2(byte[] actions, int from, int to);

    [LibraryImport(Name, EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int FileActionsAddChdir(byte[] actions, string path);

    [LibraryImport(Name, EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    public static partial int FileActionsAddCloseFrom(byte[] actions, int first);

    [LibraryImport(Name, EntryPoint = "posix_spawnattr_init")]
    public static partial int AttributesInit(byte[] attributes);

    [LibraryImport(Name, EntryPoint = "posix_spawnattr_destroy")]
    public static partial int AttributesDestroy(byte[] attributes);

    [LibraryImport(Name, EntryPoint = "posix_spawnattr_setflags")]
    public static partial int AttributesSetFlags(byte[] attributes, short flags);

    [LibraryImport(Name, EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int AttributesSetSignalMask(byte[] attributes, byte[] signals);

    [LibraryImport(Name, EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int AttributesSetSignalDefaults(byte[] attributes, byte[] signals);

    [LibraryImport(Name, EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);

    [LibraryImport(Name, EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execve(string path, string?[] arguments, string?[] environment);
}
