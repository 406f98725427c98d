using System.Net;
using Calico.Model.Values;

namespace Calico.Ipam;

/// <summary>Addresses wanted for one workload: all of them or none.</summary>
public sealed record AssignRequest
{
    /// <summary>The name of the node where the workload runs; its blocks are used first.</summary>
    public required string Host { get; init; }

    /// <summary>Groups the addresses of one workload, so that they can be released together.</summary>
    public required string HandleId { get; init; }

    /// <summary>Kept with each address for whoever asks whose it is; <c>node</c> is added if it is not there.</summary>
    public Labels Attributes { get; init; } = Labels.Empty;

    /// <summary>When the addresses were given out, if that was before now.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How many IPv4 addresses.</summary>
    public int IPv4 { get; init; } = 1;

    /// <summary>How many IPv6 addresses.</summary>
    public int IPv6 { get; init; }

    /// <summary>Only from these pools, named by their prefixes, whatever their node selectors say; of a family with none: from any that selects the node.</summary>
    public IReadOnlyList<IPNetwork>? Pools { get; init; }
}
