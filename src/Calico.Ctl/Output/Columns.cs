using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ctl.Output;

/// <summary>The columns of each kind's table, as Calico's users know them.</summary>
internal static class Columns
{
    private const int MaxNets = 80;

    private static readonly Column Name = new("NAME", IsBrief: true, (resource, _) => resource.Metadata.Name);

    private static readonly Column WideName = Name with { IsBrief = false };

    private static readonly Column[] Policy =
    [
        Name,
        Column.Brief<PolicySpec>("TIER", policy => policy.Tier ?? "default"),
        Column.Wide<PolicySpec>("ORDER", policy => policy.Order?.ToString() ?? "<nil>"),
        Column.Wide<PolicySpec>("SELECTOR", policy => policy.Selector),
    ];

    private static readonly Column[] Set = [Name, Column.Wide<NetworkSetSpec>("NETS", set => Cut(string.Join(',', set.Nets ?? [])))];

    private static readonly Dictionary<ResourceKind, Column[]> ByKind = new()
    {
        [Kinds.Node] =
        [
            Name,
            Column.Wide<NodeSpec>("ASN", (node, cluster) => node.Bgp?.AsNumber?.ToString() ?? $"({cluster.AsNumber})"),
            Column.Wide<NodeSpec>("IPV4", node => node.Bgp?.Ipv4Address?.ToString()),
            Column.Wide<NodeSpec>("IPV6", node => node.Bgp?.Ipv6Address?.ToString()),
        ],
        [Kinds.IPPool] =
        [
            Name,
            Column.Brief<IPPoolSpec>("CIDR", pool => pool.Cidr.ToString()),
            Column.Wide<IPPoolSpec>("NAT", pool => Text(pool.NatOutgoing)),
            Column.Wide<IPPoolSpec>("IPIPMODE", pool => $"{pool.IpipMode ?? EncapsulationMode.Never}"),
            Column.Wide<IPPoolSpec>("VXLANMODE", pool => $"{pool.VxlanMode ?? EncapsulationMode.Never}"),
            Column.Wide<IPPoolSpec>("DISABLED", pool => Text(pool.Disabled)),
            Column.Wide<IPPoolSpec>("DISABLEBGPEXPORT", pool => Text(pool.DisableBGPExport)),
            Column.Brief<IPPoolSpec>("SELECTOR", pool => pool.NodeSelector ?? "all()"),
            Column.Wide<IPPoolSpec>("ASSIGNMENTMODE", pool => $"{pool.AssignmentMode ?? AssignmentMode.Automatic}"),
        ],
        [Kinds.IPReservation] = [Name, Column.Wide<IPReservationSpec>("CIDRS", reservation => Cut(string.Join(',', reservation.ReservedCidrs ?? [])))],
        [Kinds.BgpConfiguration] =
        [
            Name,
            Column.Brief<BgpConfigurationSpec>("LOGSEVERITY", bgp => bgp.LogSeverityScreen ?? "-"),
            Column.Brief<BgpConfigurationSpec>("MESHENABLED", bgp => bgp.NodeToNodeMeshEnabled is { } enabled ? Text(enabled) : "-"),
            Column.Brief<BgpConfigurationSpec>("ASNUMBER", bgp => bgp.AsNumber?.ToString() ?? "-"),
        ],
        [Kinds.BgpPeer] =
        [
            Name,
            Column.Brief<BgpPeerSpec>("PEERIP", peer => peer.PeerIp),
            Column.Brief<BgpPeerSpec>("NODE", peer => peer.Node is { Length: > 0 } node ? node : peer.NodeSelector is { Length: > 0 } selector ? selector : "(global)"),
            Column.Brief<BgpPeerSpec>("ASN", peer => peer.AsNumber?.ToString() ?? "0"),
        ],
        [Kinds.BgpFilter] =
        [
            Name,
            Column.Brief<BgpFilterSpec>("NUMEXPORTV4", filter => $"{filter.ExportV4?.Count ?? 0}"),
            Column.Brief<BgpFilterSpec>("NUMIMPORTV4", filter => $"{filter.ImportV4?.Count ?? 0}"),
            Column.Brief<BgpFilterSpec>("NUMEXPORTV6", filter => $"{filter.ExportV6?.Count ?? 0}"),
            Column.Brief<BgpFilterSpec>("NUMIMPORTV6", filter => $"{filter.ImportV6?.Count ?? 0}"),
        ],
        [Kinds.WorkloadEndpoint] =
        [
            WideName,
            Column.Brief<WorkloadEndpointSpec>("WORKLOAD", endpoint => endpoint.Pod ?? endpoint.Workload ?? endpoint.ContainerID),
            Column.Brief<WorkloadEndpointSpec>("NODE", endpoint => endpoint.Node),
            Column.Brief<WorkloadEndpointSpec>("NETWORKS", endpoint => string.Join(',', endpoint.IpNetworks ?? [])),
            Column.Brief<WorkloadEndpointSpec>("INTERFACE", endpoint => endpoint.InterfaceName),
            Column.Wide<WorkloadEndpointSpec>("PROFILES", endpoint => string.Join(',', endpoint.Profiles ?? [])),
            Column.Wide<WorkloadEndpointSpec>("NATS", _ => ""),
            Column.Wide<WorkloadEndpointSpec>("ORCHESTRATOR", endpoint => endpoint.Orchestrator) with { IsWide = false },
        ],
        [Kinds.Profile] = [Name, Column.Wide<ProfileSpec>("LABELS", profile => profile.LabelsToApply?.ToString())],
        [Kinds.Tier] = [Name, Column.Brief<TierSpec>("ORDER", tier => (tier.Order ?? DefaultTierOrder).ToString())],
        [Kinds.NetworkPolicy] = Policy,
        [Kinds.GlobalNetworkPolicy] = Policy,
        [Kinds.StagedNetworkPolicy] = Policy,
        [Kinds.StagedGlobalNetworkPolicy] = Policy,
        [Kinds.HostEndpoint] =
        [
            Name,
            Column.Brief<HostEndpointSpec>("NODE", endpoint => endpoint.Node),
            Column.Wide<HostEndpointSpec>("INTERFACE", endpoint => endpoint.InterfaceName),
            Column.Wide<HostEndpointSpec>("IPS", endpoint => string.Join(',', endpoint.ExpectedIPs ?? [])),
            Column.Wide<HostEndpointSpec>("PROFILES", endpoint => string.Join(',', endpoint.Profiles ?? [])),
        ],
        [Kinds.NetworkSet] = Set,
        [Kinds.GlobalNetworkSet] = Set,
        [Kinds.ClusterInformation] =
        [
            Name,
            Column.Brief<ClusterInformationSpec>("CLUSTERGUID", cluster => cluster.ClusterGUID),
            Column.Brief<ClusterInformationSpec>("CLUSTERTYPE", cluster => cluster.ClusterType),
            Column.Brief<ClusterInformationSpec>("CALICOVERSION", cluster => cluster.CalicoVersion),
            Column.Brief<ClusterInformationSpec>("DATASTOREREADY", cluster => Text(cluster.DatastoreReady)),
        ],
        [Kinds.CalicoNodeStatus] =
        [
            Name,
            Column.Brief<CalicoNodeStatusSpec>("NODE", status => status.Node),
            Column.Wide<CalicoNodeStatusSpec>("CLASSES", status => string.Join(',', status.Classes ?? [])),
        ],
        [Kinds.DockerNetwork] =
        [
            Name,
            Column.Brief<DockerNetworkSpec>("NETWORK", network => network.NetworkName),
            Column.Brief<DockerNetworkSpec>("SUBNETS", network => string.Join(',', network.Subnets ?? [])),
            Column.Wide<DockerNetworkSpec>("OPTIONS", network => network.Options?.ToString()),
            Column.Wide<DockerNetworkSpec>("LABELS", network => network.Labels?.ToString()),
        ],
    };

    /// <summary>Where a tier says no order of its own.</summary>
    public const double DefaultTierOrder = 1_000_000;

    public static readonly Column Namespace = new("NAMESPACE", IsBrief: true, (resource, _) => resource.Metadata.Namespace ?? "");

    public static IReadOnlyList<Column> Of(ResourceKind kind) => ByKind.GetValueOrDefault(kind) ?? [Name];

    private static string Text(bool? flag) => flag == true ? "true" : "false";

    private static string Cut(string text) => text.Length <= MaxNets ? text : text[..MaxNets] + "...";
}
