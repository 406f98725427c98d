using Calico.Checker.Histories;

namespace Calico.Checker.Checks;

/// <summary>Judges a history: what in it no store that keeps its promises can have done. Pure.</summary>
public static class HistoryCheck
{
    /// <summary>Every fault, in words; empty if there is none.</summary>
    public static IReadOnlyList<string> Run(History history)
    {
        var truth = new Truth(history);
        return [.. new CommitCheck(history, truth).Faults(), .. new WatchCheck(history, truth).Faults(), .. new AddressCheck(history).Faults()];
    }
}
