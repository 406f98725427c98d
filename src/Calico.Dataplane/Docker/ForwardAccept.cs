using Calico.Model.Hosts;
using Calico.Netlink;
using Calico.Netlink.Nftables;
using Calico.Netlink.Nftables.Expressions;

namespace Calico.Dataplane.Docker;

/// <summary>Keeps Docker from dropping workloads' traffic: one marked pair of accept rules in its own chains.</summary>
/// <remarks>
/// dockerd gives the FORWARD chain of <c>ip filter</c> the policy drop, and whatever other tables accept, that still drops. DOCKER-USER is
/// the chain that Docker calls first and leaves alone; where there is none, the rules stand at the head of FORWARD. What they let through
/// has been judged in our own table. Nothing else that is another's is ever touched.
/// </remarks>
internal sealed class ForwardAccept(NftSocket socket)
{
    /// <summary>By this comment the rules are known as ours; iptables shows it too.</summary>
    public const string Mark = "calico: judged in table inet calico";

    private const string Forward = "FORWARD", DockerUser = "DOCKER-USER";

    private static readonly Table[] Tables = [new(NftFamily.IPv4, "filter"), new(NftFamily.IPv6, "filter")];

    public static bool Concerns(Table table) => Tables.Contains(table);

    /// <returns>Whether rules were put, and what could not be done.</returns>
    public (bool Changed, IReadOnlyList<string> Problems) Reconcile() => ForEachTable(table =>
    {
        var chains = socket.Chains(table);
        var dropped = chains.Any(chain => chain is { Name: Forward, Hook: { Hook: Hook.Forward, Drops: true } });
        return dropped ? chains.Any(chain => chain.Name == DockerUser) ? DockerUser : Forward : null;
    });

    public IReadOnlyList<string> Remove() => ForEachTable(_ => null).Problems;

    private (bool Changed, IReadOnlyList<string> Problems) ForEachTable(Func<Table, string?> placeIn)
    {
        var changed = false;
        var problems = new List<string>();
        foreach (var table in Tables)
        {
            try
            {
                changed |= Reconcile(table, placeIn(table));
            }
            catch (NetlinkException e)
            {
                problems.Add($"accepting workloads' traffic in {table}: {e.Message}");
            }
        }

        return (changed, problems);
    }

    /// <param name="table">Docker's.</param>
    /// <param name="place">The chain to have the rules; null: none.</param>
    private bool Reconcile(Table table, string? place)
    {
        var ours = new[] { DockerUser, Forward }.SelectMany(chain => socket.Rules(table, chain)).Where(rule => rule.Comment == Mark).ToList();
        var wanted = place is null ? [] : Wanted(table, place);
        if (ours.Count == wanted.Count && wanted.All(ours.Contains))
            return false;

        var batch = new NftBatch();
        foreach (var rule in ours)
            batch.DeleteRule(rule);
        foreach (var rule in wanted)
            batch.InsertRule(rule);
        socket.Commit(batch);
        return true;
    }

    private static List<Rule> Wanted(Table table, string chain) =>
        [.. new[] { Meta.InterfaceIn, Meta.InterfaceOut }.Select(name => Rule.Create(
            table,
            chain,
            [name, Compare.Equal(NftValue.InterfacePrefix(InterfaceNames.WorkloadPrefix)), new Counter(), Netlink.Nftables.Expressions.Verdict.Accept],
            Mark))];
}
