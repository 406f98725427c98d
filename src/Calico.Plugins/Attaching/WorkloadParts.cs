using Calico.Datastore;
using Calico.Datastore.Resources;
using Calico.Ipam;
using Calico.Plugins.Leaks;
using Calico.Plugins.Offline;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Attaching;

/// <summary>What attaching workloads needs of the rest of the node.</summary>
public sealed record WorkloadParts
{
    /// <summary>This host's name in the store.</summary>
    public required string Node { get; init; }

    public required IStore Store { get; init; }

    public required ResourceStore Resources { get; init; }

    public required IpamClient Ipam { get; init; }

    /// <summary>What this host knows and does while the store is away.</summary>
    public required LocalBooks Books { get; init; }

    /// <summary>How many addresses of each pool the host keeps for that time; 0: none.</summary>
    public int ReserveSize { get; init; } = IpamClient.DefaultReserve;

    public required IWorkloadLinks Links { get; init; }

    /// <summary>What the kernel knows of addresses.</summary>
    public required IHostAddresses Addresses { get; init; }

    public required IEndpointProgrammed Programmed { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Logs { get; init; }
}
