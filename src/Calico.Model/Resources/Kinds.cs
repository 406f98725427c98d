using Calico.Model.Resources.Specs;

namespace Calico.Model.Resources;

/// <summary>The kinds this version knows.</summary>
public static class Kinds
{
    public static readonly ResourceKind Node = Global<NodeSpec>("Node", "nodes", "node", "no", "nos");
    public static readonly ResourceKind IPPool = Global<IPPoolSpec>("IPPool", "ippools", "ippool", "ipp", "ipps", "pool", "pools");
    public static readonly ResourceKind IPReservation =
        Global<IPReservationSpec>("IPReservation", "ipreservations", "ipreservation", "reservation", "reservations");

    public static readonly ResourceKind BgpConfiguration =
        Global<BgpConfigurationSpec>("BGPConfiguration", "bgpconfigurations", "bgpconfiguration", "bgpconfig", "bgpconfigs");

    public static readonly ResourceKind BgpPeer = Global<BgpPeerSpec>("BGPPeer", "bgppeers", "bgppeer", "bgpp", "bgpps", "bp", "bps");
    public static readonly ResourceKind BgpFilter = Global<BgpFilterSpec>("BGPFilter", "bgpfilters", "bgpfilter", "bgpf", "bgpfs", "bf", "bfs");
    public static readonly ResourceKind WorkloadEndpoint =
        Namespaced<WorkloadEndpointSpec>("WorkloadEndpoint", "workloadendpoints", "workloadendpoint", "wep", "weps");

    public static readonly ResourceKind Profile = Global<ProfileSpec>("Profile", "profiles", "profile", "pro", "pros");
    public static readonly ResourceKind Tier = Global<TierSpec>("Tier", "tiers", "tier");
    public static readonly ResourceKind NetworkPolicy =
        Namespaced<PolicySpec>("NetworkPolicy", "networkpolicies", "networkpolicy", "policy", "policies", "np", "pol", "pols");

    public static readonly ResourceKind GlobalNetworkPolicy =
        Global<PolicySpec>("GlobalNetworkPolicy", "globalnetworkpolicies", "globalnetworkpolicy", "gnp", "gnps");

    public static readonly ResourceKind StagedNetworkPolicy =
        Namespaced<PolicySpec>("StagedNetworkPolicy", "stagednetworkpolicies", "stagednetworkpolicy", "snp", "snps");

    public static readonly ResourceKind StagedGlobalNetworkPolicy =
        Global<PolicySpec>("StagedGlobalNetworkPolicy", "stagedglobalnetworkpolicies", "stagedglobalnetworkpolicy", "sgnp", "sgnps");

    public static readonly ResourceKind HostEndpoint = Global<HostEndpointSpec>("HostEndpoint", "hostendpoints", "hostendpoint", "hep", "heps");

    public static readonly ResourceKind FelixConfiguration =
        Global<FelixConfigurationSpec>("FelixConfiguration", "felixconfigurations", "felixconfiguration", "felixconfig", "felixconfigs");

    public static readonly ResourceKind NetworkSet =
        Namespaced<NetworkSetSpec>("NetworkSet", "networksets", "networkset", "netset", "netsets");

    public static readonly ResourceKind GlobalNetworkSet =
        Global<NetworkSetSpec>("GlobalNetworkSet", "globalnetworksets", "globalnetworkset", "gnetset", "gnetsets");

    public static readonly ResourceKind ClusterInformation =
        Global<ClusterInformationSpec>("ClusterInformation", "clusterinformations", "clusterinformation", "clusterinfo", "clusterinfos");

    public static readonly ResourceKind CalicoNodeStatus =
        new("CalicoNodeStatus", "caliconodestatuses", typeof(CalicoNodeStatusSpec), namespaced: false, ["caliconodestatus", "nodestatus", "nodestatuses"])
        {
            StatusType = typeof(CalicoNodeStatusStatus),
        };

    public static readonly ResourceKind DockerNetwork =
        Global<DockerNetworkSpec>("DockerNetwork", "dockernetworks", "dockernetwork", "dnet", "dnets");

    public static readonly IReadOnlyList<ResourceKind> All =
    [
        Node, IPPool, IPReservation, BgpConfiguration, BgpPeer, BgpFilter, WorkloadEndpoint, HostEndpoint, Profile, Tier, NetworkPolicy, GlobalNetworkPolicy,
        StagedNetworkPolicy, StagedGlobalNetworkPolicy, NetworkSet, GlobalNetworkSet, FelixConfiguration, ClusterInformation, CalicoNodeStatus, DockerNetwork,
    ];

    private static readonly Dictionary<string, ResourceKind> ByWord = All
        .SelectMany(kind => kind.Aliases.Append(kind.Plural).Append(kind.Name.ToLowerInvariant()).Distinct().Select(word => (word, kind)))
        .ToDictionary(pair => pair.word, pair => pair.kind);

    /// <summary>The kind a user means by a word in any case: kind, plural or alias. Null if there is none.</summary>
    public static ResourceKind? Find(string word) => ByWord.GetValueOrDefault(word.ToLowerInvariant());

    private static ResourceKind Global<TSpec>(string name, string plural, params string[] aliases) =>
        new(name, plural, typeof(TSpec), namespaced: false, aliases);

    private static ResourceKind Namespaced<TSpec>(string name, string plural, params string[] aliases) =>
        new(name, plural, typeof(TSpec), namespaced: true, aliases);
}
