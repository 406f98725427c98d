using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Attaching;

/// <summary>What has been made so far, and how to unmake it.</summary>
/// <remarks>Each step has a time of its own, for the request that failed may have run out of its own. A step that fails holds up no other.</remarks>
internal sealed partial class Undo(TimeProvider time, ILogger log)
{
    private static readonly TimeSpan StepTime = TimeSpan.FromSeconds(3);

    private readonly Stack<(string What, Func<CancellationToken, Task> Unmake)> _made = [];

    public void Add(string what, Func<CancellationToken, Task> unmake) => _made.Push((what, unmake));

    /// <summary>Unmakes all, the last first.</summary>
    public async Task RunAsync()
    {
        while (_made.TryPop(out var step))
        {
            try
            {
                using var limit = new CancellationTokenSource(StepTime, time);
                await step.Unmake(limit.Token);
            }
            catch (Exception e)
            {
                LeftBehind(step.What, e.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{What} could not be undone and is left to the next clean-up: {Reason}")]
    private partial void LeftBehind(string what, string reason);
}
