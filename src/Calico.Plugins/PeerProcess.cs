using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Calico.Plugins;

/// <summary>The process at the other end of a unix socket, as the kernel vouches for it (unix(7), SO_PEERCRED).</summary>
/// <param name="Pid">Its id, in this process's view.</param>
/// <param name="Uid">Its user when it connected.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PeerProcess(int Pid, int Uid)
{
    private const int SolSocket = 1, SoPeerCred = 17; // SOL_SOCKET, SO_PEERCRED (asm-generic/socket.h)

    /// <returns>Null if the request did not come by a unix socket, or whoever sent it has gone already.</returns>
    public static PeerProcess? Of(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not { AddressFamily: AddressFamily.Unix } socket)
            return null;

        Span<byte> ucred = stackalloc byte[12]; // struct ucred: pid, uid, gid
        try
        {
            return socket.GetRawSocketOption(SolSocket, SoPeerCred, ucred) == ucred.Length
                ? new(MemoryMarshal.Read<int>(ucred), MemoryMarshal.Read<int>(ucred[4..]))
                : null;
        }
        catch (ObjectDisposedException) // there is nobody to answer
        {
            return null;
        }
    }

    /// <summary>Its arguments, the program first; empty if it may not be looked at.</summary>
    internal IReadOnlyList<string> CommandLine() => File($"/proc/{Pid}/cmdline")?.TrimEnd('\0').Split('\0') ?? [];

    /// <summary>A file as the process sees it; null if it cannot be read.</summary>
    internal string? ReadFile(string path) => File($"/proc/{Pid}/root/{path.TrimStart('/')}");

    private static string? File(string path)
    {
        try
        {
            return System.IO.File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
