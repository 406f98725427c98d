using Calico.Model.Addresses;
using Calico.Model.Resources.Specs;

namespace Calico.Model.Validation;

internal static class NodeRules
{
    private static readonly string[] AddressTypes = ["CalicoNodeIP", "InternalIP", "ExternalIP"];

    public static void Check(NodeSpec node, Findings findings)
    {
        CheckBgp(node.Bgp, findings);
        foreach (var (index, address) in (node.Addresses ?? []).Index())
        {
            var isType = AddressTypes.Contains(address.Type);
            findings.WrongIf(!isType, $"spec.addresses[{index}].type", address.Type, $"must be one of {string.Join(", ", AddressTypes)}");
        }

        foreach (var (index, link) in (node.Interfaces ?? []).Index())
            findings.WrongIf(!NameRules.IsInterface(link.Name), $"spec.interfaces[{index}].name", link.Name, "is not an interface's name");
    }

    private static void CheckBgp(NodeBgp? bgp, Findings findings)
    {
        if (bgp is null)
            return;

        findings.WrongIf(bgp == new NodeBgp(), "spec.bgp", value: null, "must not be empty: leave it out or give an address");
        findings.WrongIf(bgp.Ipv4Address is { Address.IsIPv4: false }, "spec.bgp.ipv4Address", bgp.Ipv4Address, "must be an IPv4 address");
        findings.WrongIf(bgp.Ipv6Address is { Address.IsIPv4: true }, "spec.bgp.ipv6Address", bgp.Ipv6Address, "must be an IPv6 address");
        findings.WrongIf(
            bgp.RouteReflectorClusterID is { IsIPv4: false },
            "spec.bgp.routeReflectorClusterID",
            bgp.RouteReflectorClusterID,
            "must be a dotted quad such as 244.0.0.1");
    }
}
