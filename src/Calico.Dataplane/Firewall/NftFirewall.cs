using Calico.Model.Values;
using Calico.Netlink.Nftables;

namespace Calico.Dataplane.Firewall;

/// <summary>The kernel's nftables behind our table, over one socket that stays open: to close one makes the kernel wait for all its CPUs.</summary>
internal sealed class NftFirewall(NftSocket socket) : IFirewallKernel
{
    public static readonly Table Table = new(NftFamily.Inet, FirewallTable.Name);

    public KernelFirewall? Read() => socket.Read(Table) is { } contents
        ? new(
            contents.Chains.ToDictionary(chain => chain.Name, chain => new KernelChain(Decode(chain), () => Tags(contents, chain.Name))),
            contents.Sets.ToDictionary(set => set.Name, set => SetEncoding.Decode(set, contents.Elements[set.Name])))
        : null;

    public FirewallRefusal? Apply(IReadOnlyList<FirewallStep> steps)
    {
        var batch = new NftBatch();
        var ends = new List<int>(steps.Count); // of each step's commands in the batch
        foreach (var step in steps)
        {
            Add(batch, step);
            ends.Add(batch.Count);
        }

        if (socket.TryCommit(batch) is not [var refused, ..])
            return null;

        var culprit = refused.Index is { } index ? steps[ends.FindIndex(end => index < end)] : null;
        return new(refused.Error.Message, culprit?.Object);
    }

    private static void Add(NftBatch batch, FirewallStep step)
    {
        switch (step)
        {
            case FirewallStep.CreateTable:
                batch.AddTable(Table);
                break;
            case FirewallStep.DeleteTable:
                batch.DeleteTable(Table);
                break;
            case FirewallStep.CreateSet(var set):
                batch.AddSet(SetEncoding.Encode(Table, set));
                break;
            case FirewallStep.CreateChain(var chain):
                batch.AddChain(chain.Hook is { } hook ? Chain.At(Table, chain.Name, Encode(hook)) : Chain.Regular(Table, chain.Name));
                break;
            case FirewallStep.FlushChain(var name):
                batch.FlushChain(Chain.Regular(Table, name));
                break;
            case FirewallStep.AddRules(var chain):
                foreach (var rule in chain.Rules)
                    batch.AddRule(Rule.Create(Table, chain.Name, RuleEncoding.Encode(rule), rule.Tag));
                break;
            case FirewallStep.RemoveElements(var set, var elements):
                batch.DeleteElements(SetEncoding.Encode(Table, set), [.. elements.Select(SetEncoding.Encode)]);
                break;
            case FirewallStep.AddElements({ IsVerdictMap: false, IsInterval: false } set, var elements):
                batch.AddKeys(SetEncoding.Encode(Table, set), new(elements.Count, elements[0].First.Length, (index, room) => elements[index].First.CopyTo(room)));
                break;
            case FirewallStep.AddElements(var set, var elements):
                batch.AddElements(SetEncoding.Encode(Table, set), [.. elements.Select(SetEncoding.Encode)]);
                break;
            case FirewallStep.DeleteChain(var name):
                batch.DeleteChain(Chain.Regular(Table, name));
                break;
            case FirewallStep.DeleteSet(var name):
                batch.DeleteSet(Set.Create(Table, name, DataType.Port));
                break;
        }
    }

    private static ValueList<string> Tags(TableContents contents, string chain) =>
        contents.Rules[chain].Select(rule => rule.Comment ?? "").ToValueList();

    private static Netlink.Nftables.ChainHook Encode(ChainHook hook) => hook.Point switch
    {
        HookPoint.Input => new(Hook.Input, hook.Priority),
        HookPoint.Forward => new(Hook.Forward, hook.Priority),
        HookPoint.Output => new(Hook.Output, hook.Priority),
        HookPoint.PreRouting => new(Hook.Prerouting, hook.Priority),
        HookPoint.PreRoutingNat => new(Hook.Prerouting, hook.Priority, Kind: Netlink.Nftables.ChainHook.Nat),
        HookPoint.OutputNat => new(Hook.Output, hook.Priority, Kind: Netlink.Nftables.ChainHook.Nat),
        _ => new(Hook.Postrouting, hook.Priority, Kind: Netlink.Nftables.ChainHook.Nat),
    };

    /// <returns>For a hook that we never use, one that is like none of ours.</returns>
    private static ChainHook? Decode(Chain chain)
    {
        if (chain.Hook is not { } there)
            return null;

        foreach (var point in Enum.GetValues<HookPoint>())
        {
            var ours = new ChainHook(point, there.Priority);
            if (Encode(ours) == there)
                return ours;
        }

        return new((HookPoint)(-1), there.Priority);
    }
}
