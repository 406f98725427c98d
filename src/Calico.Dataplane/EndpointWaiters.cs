namespace Calico.Dataplane;

/// <summary>Those who wait for an endpoint to be ready. Safe for use by several threads.</summary>
internal sealed class EndpointWaiters
{
    private readonly Lock _lock = new(); // guards _waiters
    private readonly List<Waiter> _waiters = [];

    private sealed record Waiter(string Interface, TaskCompletionSource Done);

    /// <param name="interfaceName">The endpoint's.</param>
    /// <param name="registered">Called once the waiter is sure to be seen by the next round.</param>
    public async Task WaitAsync(string interfaceName, Action registered, CancellationToken cancellation)
    {
        var waiter = new Waiter(interfaceName, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
            _waiters.Add(waiter);
        registered();
        try
        {
            await waiter.Done.Task.WaitAsync(cancellation);
        }
        finally
        {
            lock (_lock)
                _waiters.Remove(waiter);
        }
    }

    /// <summary>Those there are before a round: what the round finds holds for them, since it looks at the links afresh.</summary>
    public Action<Outcome> BeforeRound()
    {
        Waiter[] waiting;
        lock (_lock)
            waiting = [.. _waiters];
        return outcome =>
        {
            foreach (var waiter in waiting.Where(waiter => outcome.Ready.Contains(waiter.Interface)))
                waiter.Done.TrySetResult();
        };
    }
}
