using Calico.Dataplane.Firewall;
using Calico.Model.Values;

namespace Calico.Tests.Dataplane;

/// <summary>The kernel's nftables in memory, as strict as the real one about what refers to what, and all or nothing.</summary>
internal sealed class FakeFirewall : IFirewallKernel
{
    private sealed record Contents(Dictionary<string, FirewallChain> Chains, Dictionary<string, FirewallSet> Sets);

    private Contents? _contents;

    public int Batches { get; private set; }

    public string? Refuses { get; set; }

    public void Become(FirewallTable table) => _contents = new(table.Chains.ToDictionary(), table.Sets.ToDictionary());

    public KernelFirewall? Read() => _contents is null
        ? null
        : new(_contents.Chains.ToDictionary(chain => chain.Key, chain => KernelChain.Of(chain.Value)), _contents.Sets.ToDictionary());

    public FirewallTable? ToTable() => _contents is null
        ? null
        : new(_contents.Chains.ToDictionary(), _contents.Sets.ToDictionary());

    /// <summary>Objects that it will not take, as the real one takes none that it has no room for.</summary>
    public HashSet<string> RefusedObjects { get; } = [];

    public FirewallRefusal? Apply(IReadOnlyList<FirewallStep> steps)
    {
        if (Refuses is not null)
            return new(Refuses, Object: null);
        if (steps.FirstOrDefault(step => step is FirewallStep.CreateSet or FirewallStep.AddRules && RefusedObjects.Contains(step.Object ?? "")) is { } bad)
            return new($"no room for {bad.Object}", bad.Object);

        Batches++;
        var work = _contents is null ? null : new Contents(new(_contents.Chains), _contents.Sets.ToDictionary());
        foreach (var step in steps)
        {
            if (Take(ref work, step) is { } refusal)
                return new($"{step}: {refusal}", step.Object);
        }

        _contents = work;
        return null;
    }

    private static string? Take(ref Contents? work, FirewallStep step)
    {
        switch (step)
        {
            case FirewallStep.CreateTable:
                work ??= new([], []);
                return null;
            case FirewallStep.DeleteTable when work is not null:
                work = null;
                return null;
            case var _ when work is null:
                return "no table";
            case FirewallStep.CreateSet(var set):
                return work.Sets.TryAdd(set.Name, set with { Elements = [] }) ? null : "exists";
            case FirewallStep.CreateChain(var chain):
                return work.Chains.TryAdd(chain.Name, chain with { Rules = [] }) ? null : "exists";
            case FirewallStep.AddRules(var chain):
                var contents = work;
                work.Chains[chain.Name] = work.Chains[chain.Name] with { Rules = work.Chains[chain.Name].Rules.Concat(chain.Rules).ToValueList() };
                return chain.Rules.SelectMany(References).All(name => contents.Chains.ContainsKey(name) || contents.Sets.ContainsKey(name)) ? null : "dangling";
            case FirewallStep.RemoveElements gone when !work.Sets.ContainsKey(gone.Set.Name):
            case FirewallStep.AddElements made when !work.Sets.ContainsKey(made.Set.Name):
            case FirewallStep.FlushChain emptied when !work.Chains.ContainsKey(emptied.Chain):
                return "no such object";
            case FirewallStep.FlushChain(var name):
                work.Chains[name] = work.Chains[name] with { Rules = [] };
                return null;
            case FirewallStep.RemoveElements(var set, var elements):
                var held = work.Sets[set.Name];
                work.Sets[set.Name] = held with { Elements = held.Elements.Except(elements) };
                return elements.All(held.Elements.Contains) ? null : "no such element";
            case FirewallStep.AddElements(var set, var elements):
                var before = work.Sets[set.Name];
                var chains = work.Chains;
                work.Sets[set.Name] = before with { Elements = before.Elements.Union(elements) };
                return elements.Any(element => before.Elements.Any(other => other.First == element.First)) || elements.Any(element => element.Chain is { } to && !chains.ContainsKey(to))
                    ? "exists or dangling"
                    : null;
            case FirewallStep.DeleteChain(var name):
                return work.Chains.Remove(name) && !IsReferred(work, name) ? null : "busy";
            case FirewallStep.DeleteSet(var name):
                return work.Sets.Remove(name) && !IsReferred(work, name) ? null : "busy";
            default:
                return "unknown step";
        }
    }

    private static bool IsReferred(Contents work, string name) =>
        work.Chains.Values.SelectMany(chain => chain.Rules).SelectMany(References).Contains(name)
        || work.Sets.Values.SelectMany(set => set.Elements).Any(element => element.Chain == name);

    private static IEnumerable<string> References(FirewallRule rule) => rule.Sets.Concat(rule.Verdict switch
    {
        Verdict.Jump jump => [jump.Chain],
        Verdict.Goto go => [go.Chain],
        _ => Array.Empty<string>(),
    });
}
