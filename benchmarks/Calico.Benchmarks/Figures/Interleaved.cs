namespace Calico.Benchmarks.Figures;

/// <summary>Measures several things in turn, round after round, so that whatever else happens on the computer happens to all of them.</summary>
internal static class Interleaved
{
    /// <summary>The values of each thing, one a round. Every round begins with another thing; a first round is measured and thrown away.</summary>
    public static async Task<IReadOnlyList<IReadOnlyList<T>>> MeasureAsync<T>(
        int rounds, IReadOnlyList<Func<CancellationToken, Task<T>>> things, CancellationToken cancel)
    {
        List<List<T>> values = [.. things.Select(_ => new List<T>())];
        for (var round = 0; round <= rounds; round++)
        {
            for (var turn = 0; turn < things.Count; turn++)
            {
                var thing = (turn + round) % things.Count;
                var value = await things[thing](cancel);
                if (round > 0)
                    values[thing].Add(value);
            }
        }

        return values;
    }
}
