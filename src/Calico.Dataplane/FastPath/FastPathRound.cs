using Calico.Netlink;

namespace Calico.Dataplane.FastPath;

/// <summary>Keeps the fast path as wanted, where the kernel has what it takes. Where it has not, all packets go the long way, and <see cref="WhyNot"/> says why.</summary>
/// <param name="inside">Where; null: here.</param>
/// <param name="isWanted">False: nothing is done.</param>
/// <param name="compare">How often what others may have set is looked at again.</param>
internal sealed class FastPathRound(NetworkNamespace? inside, bool isWanted, Recurrence compare) : IDisposable
{
    /// <summary>
    /// Packets on the fast path are not seen by connection tracking, so the next one on the long way is beyond the window that it remembers. It must not be called invalid for that:
    /// with this set only a reset out of the window is.
    /// </summary>
    private const string Liberal = "net/netfilter/nf_conntrack_tcp_be_liberal";

    private FastPathKernel? _kernel;

    /// <summary>Why no packet takes the fast path although it is wanted; null if nothing is in its way.</summary>
    public string? WhyNot { get; private set; }

    /// <summary>How many interfaces the program stands at.</summary>
    public int Interfaces => _kernel?.Interfaces ?? 0;

    /// <summary>What the kernel does with packets may have changed: nothing decided before holds.</summary>
    public void Forget() => _kernel?.Forget();

    /// <param name="ask">What is wanted; asked only where there may be a fast path.</param>
    public void Reconcile(Func<FastPathWanted> ask)
    {
        if (!isWanted || WhyNot is not null)
            return;

        var wanted = ask();
        if (_kernel is null && wanted.Interfaces.Count == 0)
            return;

        try
        {
            _kernel ??= Load();
            if (compare.IsDue)
            {
                compare.Begin();
                _kernel.ReadTimeouts();
            }

            _kernel.Become(wanted);
        }
        catch (Exception e) when (e is NetlinkException or PlatformNotSupportedException)
        {
            WhyNot = e.Message;
            _kernel?.Dispose();
            _kernel = null;
        }
    }

    public void Dispose() => _kernel?.Dispose();

    private FastPathKernel Load()
    {
        NetworkNamespace.RunIn(inside, () => Sysctl.Write(Liberal, 1));
        return FastPathKernel.Load(inside);
    }
}
