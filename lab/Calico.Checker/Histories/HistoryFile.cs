using System.Text.Json;

namespace Calico.Checker.Histories;

/// <summary>Reads what workers have written, however they ended: an operation without an end is one whose outcome nobody knows.</summary>
internal static class HistoryFile
{
    /// <summary>Lines in order; the last one may have been cut short and is left out then.</summary>
    public static IEnumerable<Line> Read(string path)
    {
        if (!File.Exists(path))
            yield break;

        foreach (var text in File.ReadLines(path))
        {
            if (Parse(text) is { } line)
                yield return line;
        }
    }

    public static History Load(IEnumerable<string> clients, IEnumerable<string> watchers, FinalState final)
    {
        List<Commit> commits = [];
        List<Reading> readings = [];
        List<Allocation> allocations = [];
        List<Release> releases = [];
        foreach (var file in clients)
        {
            var lines = Read(file).ToList();
            var ends = lines.Where(line => line.Do == "end").ToDictionary(line => line.Id ?? "");
            foreach (var line in lines)
            {
                var end = ends.GetValueOrDefault(line.Id ?? "");
                var (ended, ending) = (end?.At ?? long.MaxValue, end?.Ending ?? Ending.Unknown);
                if (line.Do == "commit")
                    commits.Add(new(line.At, ended, ending, line.Writes ?? [], end?.Revision ?? 0));
                else if (line.Do == "read" && ending == Ending.Done)
                    readings.Add(new(line.At, ended, new(line.Key ?? "", end?.Value, end?.Revision ?? 0)));
                else if (line.Do == "allocate")
                    allocations.Add(new(line.At, ended, ending, line.Handle ?? "", end?.Addresses ?? []));
                else if (line.Do == "release")
                    releases.Add(new(line.At, ended, ending, line.Handle ?? ""));
            }
        }

        return new()
        {
            Commits = commits,
            Readings = readings,
            Allocations = allocations,
            Releases = releases,
            Watches = [.. watchers.Select(LoadWatch)],
            Final = final.Keys,
            Books = final.Books,
            BookFaults = final.Faults,
        };
    }

    private static Watch LoadWatch(string file)
    {
        var lines = Read(file).ToList();
        return new(
            Path.GetFileNameWithoutExtension(file),
            lines.Find(line => line.Do == "after")?.Revision ?? 0,
            [.. lines.Where(line => line.Do == "told").Select(line => new KeyVersion(line.Key ?? "", line.Value, line.Revision))],
            [.. lines.Where(line => line.Do == "problem").Select(line => line.Value ?? "")]);
    }

    private static Line? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, LineJson.Default.Line);
        }
        catch (JsonException)
        {
            return null; // its writer was killed while it wrote
        }
    }
}
