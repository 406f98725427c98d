namespace Calico.Plugins.Docker.Networks;

/// <summary>Questions that many ask at once: who asks while one is being answered shares the answer of the next, with all others who came meanwhile.</summary>
/// <remarks>So no answer was asked for before whoever gets it came. Safe for several threads.</remarks>
/// <param name="ask">Asks, of one key.</param>
/// <param name="limit">The longest that one asking may take, whoever waits for it.</param>
/// <param name="time">Measures it.</param>
internal sealed class SharedQuestions<TKey, TAnswer>(Func<TKey, CancellationToken, Task<TAnswer>> ask, TimeSpan limit, TimeProvider time)
    where TKey : notnull
{
    private readonly Lock _lock = new(); // guards the field below and all that is in it
    private readonly Dictionary<TKey, Asked> _asked = [];

    private sealed class Asked
    {
        public required Task<TAnswer> Current { get; set; }

        /// <summary>Begins when the current one ends; null: nobody waits for it.</summary>
        public Task<TAnswer>? Next { get; set; }
    }

    /// <param name="key">What is asked about.</param>
    /// <param name="cancellation">Ends the waiting of this caller alone.</param>
    public Task<TAnswer> AskAsync(TKey key, CancellationToken cancellation)
    {
        Task<TAnswer> answer;
        lock (_lock)
        {
            if (_asked.TryGetValue(key, out var asked))
                answer = asked.Next ??= AskAfterAsync(key, asked);
            else
                _asked[key] = new() { Current = answer = AskNowAsync(key) };
        }

        return answer.WaitAsync(cancellation);
    }

    private async Task<TAnswer> AskAfterAsync(TKey key, Asked asked)
    {
        await ((Task)asked.Current).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<TAnswer> answer;
        lock (_lock)
        {
            asked.Current = answer = AskNowAsync(key);
            asked.Next = null;
        }

        return await answer;
    }

    private async Task<TAnswer> AskNowAsync(TKey key)
    {
        await Task.Yield(); // not under the lock
        using var ended = new CancellationTokenSource(limit, time);
        try
        {
            return await ask(key, ended.Token);
        }
        finally
        {
            lock (_lock)
            {
                if (_asked.TryGetValue(key, out var asked) && asked.Next is null)
                    _asked.Remove(key);
            }
        }
    }
}
