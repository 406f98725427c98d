using System.Collections.Immutable;
using System.Net;
using Calico.Model.Hosts;
using Calico.Netlink;
using Microsoft.Extensions.Logging;

namespace Calico.Dataplane;

/// <summary>Keeps one host's kernel as a <see cref="HostState"/> and BGP's routes say: routes, interfaces' settings, policy.</summary>
/// <remarks>
/// What is wanted is only noted by the caller's thread; one loop, <see cref="RunAsync"/>, brings it about: at once when something is wanted,
/// soon after the kernel tells of a change by somebody else, and in full every so often. Nothing is written or removed before the first
/// <see cref="Want"/>, which must come from a complete snapshot. What is right in the kernel already is left alone, so a restart disturbs
/// no packet, and what is there when the loop ends stays.
/// </remarks>
public sealed partial class HostDataplane(HostDataplaneOptions options, TimeProvider time, ILogger<HostDataplane> log)
{
    private static readonly IReadOnlyDictionary<IPNetwork, LearnedRoute> NothingLearned = ImmutableDictionary<IPNetwork, LearnedRoute>.Empty;

    private readonly Wakeups _wakeups = new(time);
    private readonly EndpointWaiters _waiters = new();
    private readonly LastingProblems _lasting = new(time);
    private readonly Lock _lock = new(); // guards _host, _learned, _isRestartComplete
    private HostState? _host;
    private IReadOnlyDictionary<IPNetwork, LearnedRoute> _learned = NothingLearned;
    private bool _isRestartComplete;
    private volatile Outcome _outcome = Outcome.None;
    private volatile FastPathState _fastPath = FastPathState.None;
    private volatile bool _hasDoneRound;

    /// <summary>The packets that policy denied of late.</summary>
    public DenialLog Denials { get; } = new(time);

    /// <summary>What could not be brought in line in the last round, in words and in order; empty if all is well.</summary>
    public ImmutableArray<string> Problems => _outcome.Problems;

    /// <summary>As of the last round.</summary>
    public FastPathState FastPath => _fastPath;

    /// <summary>True when the last round found or made the kernel as wanted.</summary>
    public bool IsInLine => _outcome != Outcome.None && _outcome.Problems.IsEmpty;

    /// <summary>True once a whole round has been done, whatever it could not bring in line: that is in <see cref="Problems"/>.</summary>
    /// <remarks>An endpoint without an interface must not hold up a host: only Docker, which may wait for us, knows that its container died.</remarks>
    public bool HasDoneRound => _hasDoneRound;

    /// <summary>What the host's kernel is to hold from now on. Any thread; returns at once.</summary>
    /// <param name="host">From a complete snapshot: what is not in it is removed.</param>
    public void Want(HostState host)
    {
        lock (_lock)
            _host = host;
        _wakeups.Add(Wakeup.Urgent);
    }

    /// <summary>The routes that BGP has learned, all of them. Any thread; returns at once.</summary>
    /// <param name="routes">By prefix; not changed afterwards.</param>
    /// <param name="isRestartComplete">
    /// Once true: all peers have told all, so that what none of them named can go. Until then a learned route that the kernel still holds
    /// from before the start stays in use.
    /// </param>
    public void WantLearned(IReadOnlyDictionary<IPNetwork, LearnedRoute> routes, bool isRestartComplete)
    {
        lock (_lock)
            (_learned, _isRestartComplete) = (routes, _isRestartComplete || isRestartComplete);
        _wakeups.Add(Wakeup.Urgent);
    }

    /// <summary>Completes when the endpoint's routes, settings and policy are in the kernel: from then on its traffic flows as policy says.</summary>
    /// <remarks>May be called before the endpoint is in the wanted state, and before its interface exists.</remarks>
    public Task WaitForEndpointAsync(string interfaceName, CancellationToken cancellation) =>
        _waiters.WaitAsync(interfaceName, () => _wakeups.Add(IsWanted(interfaceName) ? Wakeup.Urgent : Wakeup.None), cancellation);

    /// <summary>The loop. Ends only by cancellation; a failure is logged, reported in <see cref="Problems"/> and tried again.</summary>
    /// <exception cref="OperationCanceledException">Cancelled. The kernel's state stays.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await RunSessionAsync(cancellation);
            }
            catch (NetlinkException e)
            {
                Failed(e.Message);
                _lasting.Told(e.Message);
                _outcome = new(Outcome.None.Ready, [e.Message], NeedsRetry: true);
            }

            await Task.Delay(options.RetryAfter, time, cancellation);
        }
    }

    /// <summary>Removes all that is ours from the kernel: the nftables table, routes, Docker's accept rules. The loop must not run.</summary>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public static void Uninstall(NetworkNamespace? inside)
    {
        using var kernel = new KernelSession(new HostDataplaneOptions { Namespace = inside }, new DenialLog(TimeProvider.System), TimeProvider.System);
        kernel.RemoveAll();
    }

    private async Task RunSessionAsync(CancellationToken cancellation)
    {
        using var kernel = new KernelSession(options, Denials, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var listening = kernel.ListenAsync(_wakeups, ended.Token);
        var compare = new Recurrence(time, options.FullCompareEvery);
        compare.Begin(); // the first round reads all
        try
        {
            var reasons = Wakeup.Routing | Wakeup.Firewall; // nothing is known yet
            while (!listening.IsCompleted)
            {
                Round(kernel, reasons);
                var isRetry = _outcome.NeedsRetry;
                var atMost = isRetry ? options.RetryAfter : kernel.NextRoundWithin ?? compare.Left;
                reasons = await _wakeups.TakeAsync(_lasting.Left is { } left && left < atMost ? left : atMost, options.GatherNoticesFor, cancellation);
                if ((isRetry && reasons == Wakeup.None) || compare.IsDue) // due also on a host that is never idle
                {
                    kernel.Distrust();
                    compare.Begin();
                }
            }
        }
        catch (OperationCanceledException)
        {
            kernel.CatchUp();
            throw;
        }
        finally
        {
            await ended.CancelAsync();
            await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await listening; // it ended by itself: say why
    }

    private void Round(KernelSession kernel, Wakeup reasons)
    {
        Wanted wanted;
        lock (_lock)
        {
            if (_host is null)
                return;

            wanted = new(_host, _learned, _isRestartComplete);
        }

        var tell = _waiters.BeforeRound();
        var start = time.GetTimestamp();
        kernel.Heed(reasons);
        var (outcome, changes) = kernel.Round(wanted);
        var took = time.GetElapsedTime(start).TotalMilliseconds;
        if (changes.Length > 0)
            Changed(changes, took);
        if (outcome.IsTampered)
            Tampered();
        Report(outcome.Problems);
        _outcome = outcome;
        _hasDoneRound = true;
        tell(outcome);

        var fastPath = kernel.Speed(wanted.Host);
        Report(fastPath);
        _fastPath = fastPath;
    }

    /// <summary>Where it is not, the state that has it makes a round anyhow.</summary>
    private bool IsWanted(string interfaceName)
    {
        lock (_lock)
            return _host?.Endpoints.ContainsKey(interfaceName) == true;
    }

    private void Report(ImmutableArray<string> problems)
    {
        var (toTell, isOver) = _lasting.Take(problems);
        foreach (var problem in toTell)
            NotInLine(problem);
        if (isOver)
            InLine();
    }

    /// <summary>What was said of it before is not said again: where it is impossible it is tried as long as the node runs.</summary>
    private void Report(FastPathState fastPath)
    {
        if (fastPath.WhyNot is { } whyNot && whyNot != _fastPath.WhyNot)
            NoFastPath(whyNot);
        if (fastPath is { WhyNot: null, Interfaces: > 0 } && _fastPath.WhyNot is not null)
            FastPathAfterAll();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Kernel changed in {Milliseconds:0.0} ms: {Changes}")]
    private partial void Changed(string changes, double milliseconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "The kernel is in line")]
    private partial void InLine();

    [LoggerMessage(Level = LogLevel.Information, Message = "No fast path for known connections on this host, all packets go through its routing and tables: {Reason}")]
    private partial void NoFastPath(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The fast path for known connections is in use after all")]
    private partial void FastPathAfterAll();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not in line: {Problem}")]
    private partial void NotInLine(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Somebody changed or flushed the nftables table of Calico; it is put right")]
    private partial void Tampered();

    [LoggerMessage(Level = LogLevel.Error, Message = "The kernel could not be talked to, starting afresh: {Reason}")]
    private partial void Failed(string reason);
}
