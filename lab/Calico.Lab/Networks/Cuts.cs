using Calico.Lab.Plan;
using Calico.Lab.Tools;

namespace Calico.Lab.Networks;

/// <summary>Cuts between machines of the LAN: frames that the switch drops. Links stay up, as when a switch on the way fails.</summary>
public sealed class Cuts(LabPlan plan)
{
    /// <summary>Drops everything that goes from one machine to the other. Cutting what is cut changes nothing.</summary>
    public async Task AddAsync(Machine from, Machine to, CancellationToken cancel)
    {
        if ((await ListAsync(cancel)).Contains((from.Name, to.Name)))
            return;

        await NftAsync(
            ["-f", "-"],
            $$"""
            table bridge cuts {
                chain forward {
                    type filter hook forward priority filter; policy accept;
                }
            }
            add rule bridge cuts forward iifname "{{from.Name}}" oifname "{{to.Name}}" drop
            """,
            cancel);
    }

    public Task HealAsync(CancellationToken cancel) => NftAsync(["-f", "-"], "table bridge cuts {}\ndelete table bridge cuts\n", cancel);

    /// <summary>What is cut, each direction by itself.</summary>
    public async Task<IReadOnlyList<(string From, string To)>> ListAsync(CancellationToken cancel)
    {
        var rules = await NftAsync(["list", "ruleset", "bridge"], input: null, cancel);
        return [.. rules.Split('\n').Select(line => line.Split('"')).Where(parts => parts.Length == 5).Select(parts => (parts[1], parts[3]))];
    }

    private Task<string> NftAsync(string[] arguments, string? input, CancellationToken cancel) => Tool.MustAsync(
        "telling the switch what to drop",
        ["nsenter", $"--net={NetworkNamespaces.PathOf(plan.NamespaceOf(Machine.Switch))}", "nft", .. arguments],
        input,
        cancel);
}
