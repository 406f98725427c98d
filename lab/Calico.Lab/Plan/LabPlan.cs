using System.Text.Json.Serialization;

namespace Calico.Lab.Plan;

/// <summary>What a lab is made of. Written down before anything is made, so that whatever a crash leaves behind can be found and removed.</summary>
public sealed record LabPlan
{
    /// <summary>Hosts are .100 and up in a /24; the last usable address is .254.</summary>
    public const int MostHosts = 155;

    public required string Name { get; init; }
    public int Hosts { get; init; } = 3;
    public Datastore Datastore { get; init; }
    public Engine Engine { get; init; } = Engine.Docker;

    /// <summary>The root file system whose dockerd runs instead of this computer's; null: this computer's.</summary>
    public string? EngineRoot { get; init; }

    /// <summary>Whether a router with BIRD and a client behind it join the LAN.</summary>
    public bool Tor { get; init; }

    /// <summary>Whether the lab starts the node, or leaves that to the user.</summary>
    public NodeStart Node { get; init; }

    /// <summary>When the lab was asked for.</summary>
    public DateTimeOffset Made { get; init; }

    /// <summary>Every namespace of the lab, the switch first.</summary>
    [JsonIgnore]
    public IReadOnlyList<Machine> Machines => field ??= [.. List()];

    [JsonIgnore]
    public IEnumerable<Machine> HostMachines => Machines.Where(machine => machine.Role == MachineRole.Host);

    /// <summary>The hosts that carry an etcd member: up to three, for a quorum.</summary>
    [JsonIgnore]
    public IEnumerable<Machine> EtcdMembers => Datastore == Datastore.Etcd ? HostMachines.Take(3) : [];

    /// <summary>The name that <c>ip netns</c> shows for a machine, unique on this computer.</summary>
    public string NamespaceOf(Machine machine) => $"{Name}-{machine.Name}";

    public Machine? Find(string machine) => Machines.FirstOrDefault(candidate => candidate.Name == machine);

    private IEnumerable<Machine> List()
    {
        yield return Machine.Switch;
        for (var index = 0; index < Hosts; index++)
            yield return Machine.Host(index);

        if (!Tor)
            yield break;

        yield return Machine.Router;
        yield return Machine.Client;
    }
}

/// <summary>Where the nodes keep their state.</summary>
public enum Datastore
{
    /// <summary>One SQLite file that the lab's hosts share.</summary>
    Embedded,

    /// <summary>An etcd cluster on the first three hosts.</summary>
    Etcd,
}

/// <summary>What runs containers on the hosts.</summary>
public enum Engine
{
    Docker,
    None,
}

/// <summary>Who starts calico-node.</summary>
public enum NodeStart
{
    Auto,
    Manual,
}
