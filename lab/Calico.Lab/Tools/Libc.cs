using System.Runtime.InteropServices;

namespace Calico.Lab.Tools;

/// <summary>The few system calls that .NET has no name for.</summary>
internal static partial class Libc
{
    public const int Terminate = 15; // SIGTERM
    public const int KillNow = 9; // SIGKILL
    private const int BrokenPipe = 13; // SIGPIPE
    private const nint Default = 0; // SIG_DFL

    /// <summary>Replaces this process by another program, which keeps terminal, streams, process id and exit status. Returns only on failure, with errno.</summary>
    public static int Execute(string program, IReadOnlyList<string> argv, string[] environment)
    {
        // The runtime ignores SIGPIPE, and what is ignored stays so in the new program: `cmd | head` would not end.
        _ = signal(BrokenPipe, Default);
        _ = execve(program, [.. argv, null], [.. environment, null]);
        return Marshal.GetLastPInvokeError();
    }

    /// <summary>Sends a signal; false if there is no such process.</summary>
    public static bool Signal(int process, int number) => kill(process, number) == 0;

    /// <summary>Whether this process is root.</summary>
    public static bool IsRoot => geteuid() == 0;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int execve(string path, string?[] argv, string?[] envp);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int kill(int pid, int sig);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint signal(int number, nint handler);

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint geteuid();
}
