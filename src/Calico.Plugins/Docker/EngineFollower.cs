using Calico.Plugins.Docker.Api;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Docker;

/// <summary>Follows the engine's events, across its restarts, and wakes those who want to know.</summary>
internal sealed partial class EngineFollower(DockerApi docker, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <param name="happened">Called with each event, and with null when the engine has begun to answer: anything may have changed.</param>
    /// <param name="cancellation">Ends the following.</param>
    public async Task RunAsync(Action<EngineEvent?> happened, CancellationToken cancellation)
    {
        var answered = true; // so that the first silence is logged
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await foreach (var what in docker.WatchAsync(Connected, cancellation))
                    happened(what);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                if (answered)
                    Lost(e.Message);
                answered = false;
            }

            await Task.Delay(Pause, time, cancellation);
        }

        void Connected()
        {
            Following();
            answered = true;
            happened(null);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Docker answers; following its events")]
    private partial void Following();

    [LoggerMessage(Level = LogLevel.Information, Message = "Docker does not answer; trying again until it does: {Reason}")]
    private partial void Lost(string reason);
}
