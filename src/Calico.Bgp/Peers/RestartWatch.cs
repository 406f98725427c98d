namespace Calico.Bgp.Peers;

/// <summary>Waits after a start until every peer has told its routes, or is known not to do so soon (RFC 4724 §4.1).</summary>
/// <remarks>
/// Nobody waits for a peer that is restarting itself, or two that restart together would wait for each other;
/// nor, beyond a while, for one that cannot be reached.
/// </remarks>
internal sealed class RestartWatch
{
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<Peer> _awaited = [];
    private readonly SpeakerCore _core;
    private readonly Session.Deadline _unreachable;
    private readonly Session.Deadline _latest;
    private bool _begun;

    public RestartWatch(SpeakerCore core)
    {
        _core = core;
        _unreachable = core.NewDeadline(() => Settle(peer => !peer.HasConnection));
        _latest = core.NewDeadline(() => Settle(_ => true));
    }

    public Task Completed => _completed.Task;

    /// <summary>RFC 4724 §3: only until it is complete do we say that we have restarted.</summary>
    public bool IsRestarting => _core.Options.Restarting && !Completed.IsCompleted;

    /// <summary>Nobody is waited for any more, and it is yet to be completed.</summary>
    public bool IsSettled => _begun && _awaited.Count == 0 && !Completed.IsCompleted;

    /// <summary>A peer of the first configuration.</summary>
    public void Await(Peer peer)
    {
        if (!_begun)
            _awaited.Add(peer);
    }

    /// <summary>The first configuration is in force.</summary>
    public void Begin()
    {
        if (_begun)
            return;

        _begun = true;
        _unreachable.Restart(_core.Options.UnreachableAfter);
        _latest.Restart(_core.Options.RestartDeferral);
    }

    /// <summary>The peer has told all, or need not be waited for.</summary>
    public void Settle(Peer peer) => Settle(other => other == peer);

    /// <summary>Completes it if nobody is waited for. To be called when the user has got all routes learned so far.</summary>
    public void CompleteIfSettled()
    {
        if (!IsSettled || !_completed.TrySetResult())
            return;

        _unreachable.Dispose();
        _latest.Dispose();
    }

    private void Settle(Predicate<Peer> which) => _awaited.RemoveWhere(which);
}
