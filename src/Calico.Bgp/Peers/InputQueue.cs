using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace Calico.Bgp.Peers;

/// <summary>What the speaker's loop has yet to handle. Any thread may add; the loop alone takes and waits.</summary>
/// <remarks>
/// A loop that waits can be woken on the very thread that adds: what one UPDATE changes is then on its way to the peers without another thread having
/// had to wake up.
/// </remarks>
internal sealed class InputQueue : IValueTaskSource
{
    private const int Idle = 0, Waiting = 1, Signaled = 2;

    private readonly ConcurrentQueue<SpeakerInput> _inputs = [];
    private ManualResetValueTaskSourceCore<bool> _wake;
    private int _state;
    private volatile bool _ended;

    /// <param name="here">The loop may run on this thread before the call returns.</param>
    public void Add(SpeakerInput input, bool here)
    {
        if (_ended)
            return;

        _inputs.Enqueue(input);
        Wake(here);
    }

    public bool TryTake(out SpeakerInput input) => _inputs.TryDequeue(out input!); // set where it returns true

    /// <summary>Completes when there may be something to take.</summary>
    public ValueTask WaitAsync()
    {
        if (!_inputs.IsEmpty)
            return ValueTask.CompletedTask;

        _wake.Reset();
        return Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle ? new(this, _wake.Version) : Signal();

        ValueTask Signal()
        {
            Volatile.Write(ref _state, Idle);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Nothing is added any more.</summary>
    public void End() => _ended = true;

    void IValueTaskSource.GetResult(short token)
    {
        _wake.GetResult(token);
        Volatile.Write(ref _state, Idle); // before the queue is looked at: what is added from now on signals again
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wake.OnCompleted(continuation, state, token, flags);

    private void Wake(bool here)
    {
        if (Interlocked.Exchange(ref _state, Signaled) != Waiting)
            return;

        _wake.RunContinuationsAsynchronously = !here;
        _wake.SetResult(true);
    }
}
