namespace Calico.Plugins.Plain;

/// <summary>The body of <c>POST /workloads</c>.</summary>
public sealed record PlainRequest
{
    /// <summary>Unique on this host.</summary>
    public string? Name { get; init; }

    /// <summary>The path of its network namespace, such as <c>/run/netns/w1</c>; this or <see cref="Pid"/>.</summary>
    public string? NamespacePath { get; init; }

    /// <summary>A process inside it.</summary>
    public int? Pid { get; init; }

    /// <summary><c>lab</c> where absent.</summary>
    public string? Orchestrator { get; init; }

    public Dictionary<string, string>? Labels { get; init; }

    /// <summary>The network whose profile it gets, as containers of that network do.</summary>
    public string? Network { get; init; }

    /// <summary>Further profiles, which are there already.</summary>
    public string[]? Profiles { get; init; }

    /// <summary>The address it must have; absent: any of the pools.</summary>
    public string? Address { get; init; }

    /// <summary>The interface's name inside; <c>eth0</c> where absent.</summary>
    public string? Interface { get; init; }
}

/// <summary>A workload that was attached.</summary>
/// <param name="Endpoint">The name of its WorkloadEndpoint resource.</param>
/// <param name="HostInterface">The host's end of its link.</param>
public sealed record PlainWorkload(string Name, string Endpoint, string HostInterface, string Address);
