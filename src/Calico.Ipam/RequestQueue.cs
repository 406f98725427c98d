using System.Collections.Concurrent;

namespace Calico.Ipam;

/// <summary>Requests of one host that wait for its gate: whoever has it answers as many as one commit can.</summary>
internal sealed class RequestQueue
{
    private readonly ConcurrentQueue<WaitingRequest> _waiting = [];

    public WaitingRequest Add(AssignRequest request)
    {
        var waiting = new WaitingRequest(request);
        _waiting.Enqueue(waiting);
        return waiting;
    }

    /// <summary>Those that wait and want it still, the longest waiting first.</summary>
    /// <remarks>While the gate is held.</remarks>
    public List<WaitingRequest> Take(int most)
    {
        var taken = new List<WaitingRequest>();
        while (taken.Count < most && _waiting.TryDequeue(out var next))
        {
            if (next.TryTake())
                taken.Add(next);
        }

        return taken;
    }
}

/// <summary>A request that waits. With neither outcome nor fault when its turn comes, its caller sees to it alone.</summary>
internal sealed class WaitingRequest(AssignRequest request)
{
    private int _taken;

    public AssignRequest Request => request;

    public bool IsTaken => Volatile.Read(ref _taken) != 0;

    public AssignOutcome.Assigned? Outcome { get; set; }

    public Exception? Fault { get; set; }

    /// <summary>Takes it out of the line, once.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _taken, 1) == 0;
}
