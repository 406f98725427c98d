using Calico.Netlink;

namespace Calico.Dataplane.FastPath;

/// <summary>Keeps the fast path as wanted, where the kernel has what it takes. Where it has not, all packets go the long way, and <see cref="WhyNot"/> says why.</summary>
/// <remarks>What failed may do later: a module that was not loaded yet, memory that was short. It is tried again, but no more often than the kernel is compared in full.</remarks>
/// <param name="load">Loads it, or throws as <see cref="FastPathKernel.Load"/> does; null: it is not to be.</param>
/// <param name="compare">How often what others may have set is looked at again, and what failed is tried again.</param>
internal sealed class FastPathRound(Func<IFastPathKernel>? load, Recurrence compare) : IDisposable
{
    private IFastPathKernel? _kernel;

    /// <summary>Why no packet takes the fast path although it is wanted, as of the last attempt; null if nothing is in its way.</summary>
    public string? WhyNot { get; private set; }

    /// <summary>How many interfaces the program stands at.</summary>
    public int Interfaces => _kernel?.Interfaces ?? 0;

    /// <summary>What the kernel does with packets may have changed: nothing decided before holds.</summary>
    public void Forget() => _kernel?.Forget();

    /// <param name="ask">What is wanted; asked only where there may be a fast path.</param>
    public void Reconcile(Func<FastPathWanted> ask)
    {
        var isDue = compare.IsDue;
        if (load is null || (WhyNot is not null && !isDue))
            return;

        var wanted = ask();
        if (_kernel is null && wanted.Interfaces.Count == 0)
            return;

        if (isDue)
            compare.Begin();
        try
        {
            _kernel ??= load();
            if (isDue) // as it is whenever one was loaded just now
                _kernel.ReadTimeouts();
            _kernel.Become(wanted);
            WhyNot = null;
        }
        catch (Exception e) when (e is NetlinkException or PlatformNotSupportedException)
        {
            WhyNot = FastPathRefusal.Explain(e, Environment.OSVersion.Version);
            _kernel?.Dispose();
            _kernel = null;
        }
    }

    public void Dispose() => _kernel?.Dispose();
}
