using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Node.Registration;

/// <summary>The resources that every cluster has; the first node to start creates them, the others find them there.</summary>
internal static class ClusterDefaults
{
    public static IReadOnlyList<IResource> Make(string version) =>
    [
        new Resource<ClusterInformationSpec>(Kinds.ClusterInformation, Named("default"), new()
        {
            ClusterGUID = Guid.NewGuid().ToString("N"),
            ClusterType = "docker",
            CalicoVersion = version,
            DatastoreReady = true,
        }),
        new Resource<TierSpec>(Kinds.Tier, Named("kube-admin"), new() { Order = 1_000, DefaultAction = RuleAction.Pass }),
        new Resource<TierSpec>(Kinds.Tier, Named("default"), new() { Order = 1_000_000, DefaultAction = RuleAction.Deny }),
        new Resource<TierSpec>(Kinds.Tier, Named("kube-baseline"), new() { Order = 10_000_000, DefaultAction = RuleAction.Pass }),
        new Resource<BgpConfigurationSpec>(Kinds.BgpConfiguration, Named("default"), new()
        {
            NodeToNodeMeshEnabled = true,
            AsNumber = AsNumber.Default,
            LogSeverityScreen = "Info",
        }),
    ];

    private static Metadata Named(string name) => new() { Name = name };
}
