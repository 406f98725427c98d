namespace Calico.Node.Registration;

/// <summary>What came of looking for the host's address of one family.</summary>
/// <param name="Candidates">Every address of the family, in the order of the interfaces' indexes.</param>
/// <param name="Chosen">Null: none will do, or which would be a guess.</param>
/// <param name="IsGuess">Several would do, and nothing tells which.</param>
/// <param name="Reason">Why this one, or why none.</param>
internal sealed record Detection(IReadOnlyList<Candidate> Candidates, HostAddress? Chosen, bool IsGuess, string Reason)
{
    /// <summary>For the log and for the user, on one line.</summary>
    public override string ToString()
    {
        var seen = Candidates.Count == 0 ? "the host has no address of this family" : $"seen {string.Join(", ", Candidates)}";
        return Chosen is null ? $"none ({Reason}; {seen})" : $"{Chosen} ({Reason}; {seen})";
    }
}

/// <param name="Address">The address.</param>
/// <param name="Fault">Why it is passed over; null: it would do.</param>
internal sealed record Candidate(HostAddress Address, string? Fault)
{
    public override string ToString() => Fault is null ? $"{Address}" : $"{Address} [{Fault}]";
}
