using Calico.Lab.Plan;

namespace Calico.Lab.Services;

/// <summary>Which daemons a machine of a lab runs.</summary>
internal static class Roster
{
    /// <summary>The machine's daemons in the order they start: the store, the node, and then Docker, which looks for the node's drivers.</summary>
    public static IReadOnlyList<Daemon> For(LabPlan plan, Machine machine) => machine.Role switch
    {
        MachineRole.Host =>
        [
            .. plan.EtcdMembers.Contains(machine) ? [new EtcdMember(plan)] : Array.Empty<Daemon>(),
            new CalicoNode(plan),
            .. plan.Engine == Engine.Docker ? [new DockerEngine(plan)] : Array.Empty<Daemon>(),
        ],
        MachineRole.Router => [new BirdRouter()],
        _ => [],
    };

    /// <summary>Those that the lab starts by itself.</summary>
    public static IEnumerable<Daemon> StartedBy(LabPlan plan, Machine machine) =>
        For(plan, machine).Where(daemon => daemon is not CalicoNode || plan.Node == NodeStart.Auto);

    /// <exception cref="LabException">The machine runs no such daemon.</exception>
    public static Daemon Get(LabPlan plan, Machine machine, string name) =>
        For(plan, machine).FirstOrDefault(daemon => daemon.Name == name)
        ?? throw new LabException($"{machine.Name} of lab '{plan.Name}' has no {name}; it has {string.Join(", ", For(plan, machine).Select(daemon => daemon.Name).Append("all"))}");
}
