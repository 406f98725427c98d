using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Calico.Netlink.Wire;

/// <summary>How every netlink socket here is opened.</summary>
internal static class SocketOptions
{
    /// <summary>The kernel's listings come in datagrams of at most 32 KiB; acknowledgements are far smaller.</summary>
    public const int LargestDatagram = 64 * 1024;

    private const int NetlinkFamily = 16, Raw = 3, CloseOnExec = 0x80000; // AF_NETLINK, SOCK_RAW, SOCK_CLOEXEC
    private const int SocketLevel = 1, SendBufferForce = 32, ReceiveBufferForce = 33; // SOL_SOCKET, SO_SNDBUFFORCE, SO_RCVBUFFORCE
    private const int NetlinkLevel = 270; // SOL_NETLINK
    private const int AddMembership = 1, CappedAck = 10, ExplainedAck = 11, StrictChecking = 12; // NETLINK_*

    /// <summary>A transaction is one message buffer however large; this is only a limit, nothing is set aside.</summary>
    private const int SendBuffer = 256 << 20;

    private const int ReceiveBuffer = 8 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="groups">Multicast groups to hear (RTNLGRP_*, NFNLGRP_*).</param>
    /// <exception cref="NetlinkException">No such protocol in this kernel, or no right to it.</exception>
    public static Socket Open(int protocol, NetworkNamespace? inside, ReadOnlySpan<int> groups)
    {
        var handle = NetworkNamespace.RunIn(inside, () => OpenHandle(protocol));
        Socket? socket = null;
        try
        {
            Bind(handle);
            socket = new Socket(handle);
            Set(socket, SocketLevel, SendBufferForce, SendBuffer);
            Set(socket, SocketLevel, ReceiveBufferForce, ReceiveBuffer);
            Set(socket, NetlinkLevel, CappedAck, 1);
            Set(socket, NetlinkLevel, ExplainedAck, 1);
            Set(socket, NetlinkLevel, StrictChecking, 1);
            foreach (var group in groups)
                Set(socket, NetlinkLevel, AddMembership, group);

            if (groups.IsEmpty)
                socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;

            return socket;
        }
        catch
        {
            socket?.Dispose();
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The port that the kernel chose for the socket.</summary>
    public static uint PortOf(Socket socket)
    {
        Span<byte> address = stackalloc byte[12];
        var length = address.Length;
        return Libc.GetSocketName(socket.SafeHandle, address, ref length) == 0
            ? MemoryMarshal.Read<uint>(address[4..])
            : throw new NetlinkException("read the address of a netlink socket", Libc.LastError);
    }

    public static Errno ErrnoOf(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.NoBufferSpaceAvailable => Errno.ENOBUFS,
        SocketError.TimedOut or SocketError.WouldBlock => Errno.ETIMEDOUT,
        _ => (Errno)e.NativeErrorCode,
    };

    private static SafeSocketHandle OpenHandle(int protocol)
    {
        var descriptor = Libc.Socket(NetlinkFamily, Raw | CloseOnExec, protocol);
        return descriptor >= 0
            ? new SafeSocketHandle(descriptor, ownsHandle: true)
            : throw new NetlinkException($"open a netlink socket (protocol {protocol})", Libc.LastError);
    }

    /// <summary>Takes a port of the kernel's choosing; without one a listener would not hear what the kernel itself changes.</summary>
    private static void Bind(SafeSocketHandle handle)
    {
        Span<byte> address = stackalloc byte[12]; // struct sockaddr_nl: family, pad, port 0, groups 0
        address.Clear();
        MemoryMarshal.Write(address, (ushort)NetlinkFamily);
        if (Libc.BindSocket(handle, address, address.Length) != 0)
            throw new NetlinkException("bind a netlink socket", Libc.LastError);
    }

    private static void Set(Socket socket, int level, int option, int value)
    {
        try
        {
            socket.SetRawSocketOption(level, option, MemoryMarshal.AsBytes([value]));
        }
        catch (SocketException e)
        {
            throw new NetlinkException($"set option {level}/{option} of a netlink socket", ErrnoOf(e), e.Message);
        }
    }
}
