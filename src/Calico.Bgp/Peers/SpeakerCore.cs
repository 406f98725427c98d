using Calico.Bgp.Routes;
using Calico.Bgp.Session;
using Microsoft.Extensions.Logging;

namespace Calico.Bgp.Peers;

/// <summary>What all peers of a speaker share. Only the speaker's loop touches it; others write to <see cref="Inputs"/>.</summary>
internal sealed class SpeakerCore(SpeakerOptions options, TimeProvider time, ILogger log)
{
    private readonly List<Task> _ending = [];

    public SpeakerOptions Options { get; } = options;

    public TimeProvider Time { get; } = time;

    public ILogger Log { get; } = log;

    public Rib Rib { get; } = new(options.NextHopMetric);

    public UpdateGroups Exporters { get; } = new();

    public SpeakerConfiguration? Configuration { get; set; }

    /// <remarks>Unbounded, but each link has at most two batches in it, and each timer and listener little.</remarks>
    public InputQueue Inputs { get; } = new();

    /// <summary>Has the loop handle it, on another thread.</summary>
    public void Post(SpeakerInput input) => Inputs.Add(input, here: false);

    /// <summary>Has the loop handle it, if it has nothing else to do on this thread.</summary>
    public void Run(SpeakerInput input) => Inputs.Add(input, here: true);

    public void EndInputs() => Inputs.End();

    /// <summary>Takes note of work that the end of the speaker must wait for.</summary>
    public void AwaitAtEnd(Task work)
    {
        _ending.RemoveAll(earlier => earlier.IsCompleted);
        _ending.Add(work);
    }

    public Task WhenEnded() => Task.WhenAll(_ending);

    public Deadline NewDeadline(Action expired) => new(Time, deadline => Post(new SpeakerInput.Look(deadline)), expired);
}
