using Calico.Bgp.Monitoring;
using Calico.Bgp.Routes;
using Calico.Bgp.Session;
using Microsoft.Extensions.Logging;

namespace Calico.Bgp.Peers;

/// <summary>What all peers of a speaker share. Only the speaker's loop touches it; others write to <see cref="Inputs"/>.</summary>
internal sealed class SpeakerCore
{
    private readonly List<Task> _ending = [];

    public SpeakerCore(SpeakerOptions options, TimeProvider time, ILogger log)
    {
        (Options, Time, Log) = (options, time, log);
        Rib = new(options.NextHopMetric);
        Stations = new(this);
    }

    public SpeakerOptions Options { get; }

    public TimeProvider Time { get; }

    public ILogger Log { get; }

    public Rib Rib { get; }

    public UpdateGroups Exporters { get; } = new();

    /// <summary>Who is told over BMP.</summary>
    public Stations Stations { get; }

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
