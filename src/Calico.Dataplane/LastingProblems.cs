namespace Calico.Dataplane;

/// <summary>Which of a host's problems deserve a word in the log: those that last.</summary>
/// <remarks>A container's interface goes before the news of its end: for that moment its endpoint has none, at the end of every container.</remarks>
internal sealed class LastingProblems(TimeProvider time)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, long> _since = [];
    private readonly HashSet<string> _told = [];

    /// <summary>How long until one will have lasted that has not been told yet; null if there is none.</summary>
    public TimeSpan? Left => _since.Where(problem => !_told.Contains(problem.Key))
        .Select(problem => (TimeSpan?)Recurrence.NotNegative(Patience - time.GetElapsedTime(problem.Value)))
        .Min();

    /// <summary>This has been told already, by who could not wait.</summary>
    public void Told(string problem)
    {
        _since.TryAdd(problem, time.GetTimestamp());
        _told.Add(problem);
    }

    /// <summary>Takes what is wrong now.</summary>
    /// <returns>What is to be told of it, each once as long as it lasts; and whether all that was told is over.</returns>
    public (IReadOnlyList<string> ToTell, bool IsOver) Take(IReadOnlyCollection<string> problems)
    {
        var hadTold = _told.Count > 0;
        foreach (var gone in _since.Keys.Except(problems).ToList())
        {
            _since.Remove(gone);
            _told.Remove(gone);
        }

        foreach (var problem in problems)
            _since.TryAdd(problem, time.GetTimestamp());
        List<string> lasting = [.. problems.Where(problem => time.GetElapsedTime(_since[problem]) >= Patience && _told.Add(problem))];
        return (lasting, hadTold && problems.Count == 0);
    }
}
