using Calico.Dataplane;

namespace Calico.Tests.Dataplane;

/// <summary>A kernel table in memory that refuses chosen keys.</summary>
internal sealed class FakeTable(Dictionary<string, int> entries) : IKernelTable<string, int>
{
    public HashSet<string> Refuses { get; } = [];

    public int Reads { get; private set; }

    public Dictionary<string, int> Entries { get; } = entries;

    public Dictionary<string, int> Read()
    {
        Reads++;
        return new(Entries);
    }

    public IReadOnlyList<Refused<string>> Apply(Plan<string, int> plan)
    {
        var refused = plan.Put.Keys.Concat(plan.Remove.Keys).Where(Refuses.Contains).Select(key => new Refused<string>(key, "no")).ToList();
        foreach (var key in plan.Remove.Keys.Where(key => !Refuses.Contains(key)))
            Entries.Remove(key);
        foreach (var (key, value) in plan.Put.Where(entry => !Refuses.Contains(entry.Key)))
            Entries[key] = value;
        return refused;
    }
}
