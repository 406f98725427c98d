using Calico.Netlink;

namespace Calico.Dataplane.FastPath;

/// <summary>A fast path that is loaded. With this it ends: no packet takes it while nobody looks after it.</summary>
internal interface IFastPathKernel : IDisposable
{
    /// <summary>At how many interfaces packets may take it.</summary>
    int Interfaces { get; }

    /// <summary>What was decided so far is decided anew, from the next packet on.</summary>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    void Forget();

    /// <summary>Takes up connection tracking's timeouts as they are set now; to be done once before <see cref="Become"/>.</summary>
    /// <exception cref="NetlinkException">They are there but cannot be read.</exception>
    void ReadTimeouts();

    /// <summary>Makes it as wanted. Nothing is decided anew if it is that already.</summary>
    /// <exception cref="NetlinkException">The kernel refuses. What is there then is not known: this is to be disposed.</exception>
    void Become(FastPathWanted wanted);
}
