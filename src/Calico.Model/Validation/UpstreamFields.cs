using System.Collections.Frozen;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Model.Validation;

/// <summary>Calico's kinds and fields that files written for it may have, so that the answer can be better than "unknown".</summary>
internal static class UpstreamFields
{
    private const string NoKubernetes = "needs Kubernetes, which this version does not support";

    private const string NotYet = "is not supported by this version";

    private static readonly FrozenSet<string> Kinds = FrozenSet.Create(
        "IPAMConfiguration", "IPAMConfig", "IPAMBlock", "BlockAffinity", "IPAMHandle", "StagedKubernetesNetworkPolicy",
        "KubeControllersConfiguration", "LiveMigration");

    private static readonly FrozenDictionary<(Type, string), UpstreamField> ByName = List().DistinctBy(entry => (entry.Type, entry.Name.ToLowerInvariant())).ToFrozenDictionary(
        entry => (entry.Type, entry.Name.ToLowerInvariant()), entry => entry.Field);

    /// <summary>True of a kind that Calico has and this version does not.</summary>
    public static bool IsKind(string name) => Kinds.Contains(name);

    /// <summary>Null if Calico has no such field either.</summary>
    public static UpstreamField? Find(Type type, string field) => ByName.GetValueOrDefault((type, field.ToLowerInvariant()));

    private static IEnumerable<(Type Type, string Name, UpstreamField Field)> List() =>
    [
        .. Of<Metadata>(
            reason: null,
            "generateName", "generation", "selfLink", "finalizers", "ownerReferences", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields"),
        .. Of<NodeSpec>(NotYet, "ipv4VXLANTunnelAddr", "ipv6VXLANTunnelAddr", "vxlanTunnelMACAddr", "vxlanTunnelMACAddrV6", "wireguard"),
        .. Of<NodeSpec>(NoKubernetes, "orchRefs"),
        .. Of<NodeBgp>(NotYet, "ipv4IPIPTunnelAddr"),
        .. Of<IPPoolSpec>(NoKubernetes, "namespaceSelector"),
        .. Of<BgpConfigurationSpec>(NoKubernetes, "serviceClusterIPs", "serviceExternalIPs", "serviceLoadBalancerIPs"),
        .. Of<BgpConfigurationSpec>(NotYet, "localWorkloadPeeringIPV4", "localWorkloadPeeringIPV6"),
        (typeof(BgpConfigurationSpec), "programClusterRoutes", new(NotYet, "\"Enabled\"", "\"EnabledNoEncapOnly\"")),
        (typeof(BgpConfigurationSpec), "ipv4NormalRoutePriority", new(NotYet, "1024")),
        (typeof(BgpConfigurationSpec), "ipv6NormalRoutePriority", new(NotYet, "1024")),
        (typeof(BgpConfigurationSpec), "serviceLoadBalancerAggregation", new(NoKubernetes, "\"Enabled\"")),
        .. Of<SecretKeyReference>(NoKubernetes, "localObjectReference", "optional"),
        .. Of<BgpPeerSpec>(NotYet, "localWorkloadSelector"),
        .. Of<WorkloadEndpointSpec>(NotYet, "ipNATs", "allowSpoofedSourcePrefixes", "qosControls"),
        (typeof(FelixConfigurationSpec), "reportingInterval", new(NotYet, "\"0s\"")),
        (typeof(FelixConfigurationSpec), "floatingIPs", new(NotYet, "\"Disabled\"")),
        (typeof(FelixConfigurationSpec), "bpfConnectTimeLoadBalancing", new(NotYet, "\"TCP\"")),
        (typeof(FelixConfigurationSpec), "bpfHostNetworkedNATWithoutCTLB", new(NotYet, "\"Enabled\"")),
        (typeof(FelixConfigurationSpec), "bpfEnabled", new(NotYet, "false")),
        .. Of<FelixConfigurationSpec>(NotYet, FelixFields.Unsupported),
        .. Of<Rule>("is enforced by a sidecar proxy under Kubernetes, which this version does not support", "http"),
        .. Of<EntityRule>(NoKubernetes, "services"),
    ];

    private static IEnumerable<(Type Type, string Name, UpstreamField Field)> Of<T>(string? reason, params string[] names) =>
        names.Select(name => (typeof(T), name, new UpstreamField(reason)));
}

/// <summary>A field that Calico has and this version has no part for.</summary>
/// <param name="Reason">Why it is refused; null: it is left aside, as Calico's own client does with it.</param>
/// <param name="Harmless">Values, as JSON, that ask for what happens anyway; a field with one of these is left aside too.</param>
internal sealed record UpstreamField(string? Reason, params string[] Harmless);
