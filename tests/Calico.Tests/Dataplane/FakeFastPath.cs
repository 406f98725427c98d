using Calico.Dataplane.FastPath;
using Calico.Netlink;

namespace Calico.Tests.Dataplane;

/// <summary>A kernel that has what the fast path takes, unless it is told that it has not.</summary>
internal sealed class FakeFastPath
{
    /// <summary>Why loading fails; null: it does not.</summary>
    public NetlinkException? Missing { get; set; }

    /// <summary>Why nothing may become as wanted; null: it may.</summary>
    public NetlinkException? Refusal { get; set; }

    /// <summary>How often loading was tried.</summary>
    public int Attempts { get; private set; }

    /// <summary>How many are loaded now.</summary>
    public int Loaded { get; private set; }

    /// <summary>How often timeouts were read.</summary>
    public int Readings { get; private set; }

    public IFastPathKernel Load()
    {
        Attempts++;
        if (Missing is not null)
            throw Missing;

        Loaded++;
        return new Kernel(this);
    }

    private sealed class Kernel(FakeFastPath owner) : IFastPathKernel
    {
        public int Interfaces { get; private set; }

        public void Forget()
        {
            // nothing is remembered here
        }

        public void ReadTimeouts() => owner.Readings++;

        public void Become(FastPathWanted wanted)
        {
            if (owner.Refusal is not null)
                throw owner.Refusal;

            Interfaces = wanted.Interfaces.Count;
        }

        public void Dispose() => owner.Loaded--;
    }
}
