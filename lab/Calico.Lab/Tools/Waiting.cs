using System.Diagnostics;

namespace Calico.Lab.Tools;

/// <summary>Waits for something outside this process to become so.</summary>
internal static class Waiting
{
    /// <summary>Asks until the answer is yes; false when the time is over.</summary>
    public static async Task<bool> UntilAsync(Func<CancellationToken, Task<bool>> ask, TimeSpan limit, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await ask(cancel))
        {
            if (Stopwatch.GetElapsedTime(start) > limit)
                return false;

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancel);
        }

        return true;
    }

    public static Task<bool> UntilAsync(Func<bool> ask, TimeSpan limit, CancellationToken cancel) =>
        UntilAsync(_ => Task.FromResult(ask()), limit, cancel);
}
