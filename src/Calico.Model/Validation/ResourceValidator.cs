using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Model.Validation;

/// <summary>Holds a resource to the rules of its kind, by itself: without the store, the host or other resources.</summary>
/// <remarks>
/// The rules are Calico's (libcalico-go/lib/validator/v3 and the CRDs' CEL rules). What Calico allows and this version would
/// store without acting on is refused as well, with <see cref="FieldError.IsUnsupported"/>.
/// </remarks>
public static class ResourceValidator
{
    /// <returns>All that is wrong; empty: nothing.</returns>
    public static IReadOnlyList<FieldError> Validate(IResource resource)
    {
        var findings = new Findings();
        MetadataRules.Check(resource, findings);
        CheckSpec(resource, findings);
        return findings.Errors;
    }

    private static void CheckSpec(IResource resource, Findings findings)
    {
        switch (resource.Spec)
        {
            case NodeSpec node:
                NodeRules.Check(node, findings);
                break;
            case IPPoolSpec pool:
                IPPoolRules.Check(pool, findings);
                break;
            case BgpConfigurationSpec configuration:
                BgpRules.Check(resource.Metadata.Name, configuration, findings);
                break;
            case BgpPeerSpec peer:
                BgpRules.Check(peer, findings);
                break;
            case BgpFilterSpec filter:
                BgpFilterRules.Check(filter, findings);
                break;
            case WorkloadEndpointSpec endpoint:
                WorkloadEndpointRules.Check(resource.Metadata.Name, endpoint, findings);
                break;
            case HostEndpointSpec endpoint:
                HostEndpointRules.Check(endpoint, findings);
                break;
            case FelixConfigurationSpec configuration:
                HostEndpointRules.Check(resource.Metadata.Name, configuration, findings);
                break;
            case ProfileSpec profile:
                PolicyRules.Check(profile, findings);
                break;
            case TierSpec tier:
                PolicyRules.Check(resource.Metadata.Name, tier, findings);
                break;
            case PolicySpec policy:
                PolicyRules.Check(resource.Kind, policy, findings);
                break;
            case NetworkSetSpec:
                CheckSetLabels(resource.Metadata, findings);
                break;
            case CalicoNodeStatusSpec status:
                CheckStatus(status, findings);
                break;
            case DockerNetworkSpec network:
                CheckNetwork(resource.Metadata.Name, network, findings);
                break;
        }
    }

    /// <summary>The label would let a set pass for one of another namespace.</summary>
    private static void CheckSetLabels(Metadata metadata, Findings findings)
    {
        const string Reserved = "projectcalico.org/namespace";
        if (metadata.Labels?.ContainsKey(Reserved) == true)
            findings.Wrong($"metadata.labels.{Reserved}", value: null, "is reserved: a network set's namespace is its own");
    }

    private static void CheckStatus(CalicoNodeStatusSpec status, Findings findings)
    {
        const int Longest = 86400;
        findings.WrongIf(status.Node is not { Length: > 0 }, "spec.node", status.Node, "is required: the name of the node");
        findings.WrongIf(status.Classes is not { Count: > 0 }, "spec.classes", value: null, "is required: Agent, BGP, Routes");
        findings.WrongIf(status.Classes is { } classes && classes.Distinct().Count() != classes.Count, "spec.classes", status.Classes, "names a class twice");
        findings.WrongIf(status.UpdatePeriodSeconds is not (>= 0 and <= Longest), "spec.updatePeriodSeconds", status.UpdatePeriodSeconds, $"is required: 0 to {Longest} seconds, 0 for never");
    }

    private static void CheckNetwork(string name, DockerNetworkSpec network, Findings findings)
    {
        if (network.NetworkName.Length == 0)
            findings.Wrong("spec.networkName", value: null, "is required");
        else
            findings.WrongIf(
                NetworkNames.ToResourceName(network.NetworkName) != name,
                "metadata.name",
                name,
                $"must be '{NetworkNames.ToResourceName(network.NetworkName)}' for the network '{network.NetworkName}'");
    }
}
