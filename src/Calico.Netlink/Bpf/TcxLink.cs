using Microsoft.Win32.SafeHandles;

namespace Calico.Netlink.Bpf;

/// <summary>A program at work on packets that come in by an interface (tcx, Linux 6.6). It ends with this, or with the process: nothing can be left behind.</summary>
public sealed class TcxLink : IDisposable
{
    /// <summary>The verdict of a program that has no opinion: the next one's turn, then the packet's ordinary way (TCX_NEXT).</summary>
    public const int Next = -1;

    private const int AttributesLength = 64, Ingress = 46; // BPF_TCX_INGRESS

    private readonly SafeFileHandle _handle;

    private TcxLink(SafeFileHandle handle) => _handle = handle;

    /// <param name="program">Stays the caller's.</param>
    /// <param name="link">Index of the interface, in the network namespace of the calling thread. Programs that are there already come first.</param>
    /// <exception cref="NetlinkException">No such interface (ENODEV), or a kernel without tcx (EINVAL).</exception>
    public static TcxLink Attach(BpfProgram program, int link)
    {
        Span<byte> attributes = stackalloc byte[AttributesLength];
        attributes.Clear();
        BpfCall.Put(attributes, 0, program.Descriptor);
        BpfCall.Put(attributes, 4, link);
        BpfCall.Put(attributes, 8, Ingress);
        var descriptor = BpfCall.Try(BpfCall.LinkCreate, attributes, out var errno);
        return errno == Errno.None ? new(BpfCall.Own(descriptor))
            : throw new NetlinkException($"attach a BPF program to link {link}", errno, errno == Errno.EINVAL ? "the kernel has no tcx, which Linux 6.6 brought" : null);
    }

    public void Dispose() => _handle.Dispose();
}
