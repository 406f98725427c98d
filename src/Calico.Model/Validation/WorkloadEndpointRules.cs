using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;

namespace Calico.Model.Validation;

internal static class WorkloadEndpointRules
{
    public static void Check(string name, WorkloadEndpointSpec endpoint, Findings findings)
    {
        CheckName(name, endpoint, findings);
        findings.WrongIf(
            endpoint.ContainerID is { } id && !NameRules.IsContainerId(id), "spec.containerID", endpoint.ContainerID, "must be letters, digits and inner '-'");
        findings.WrongIf(
            endpoint.InterfaceName is { } link && !NameRules.IsInterface(link),
            "spec.interfaceName",
            endpoint.InterfaceName,
            "must be at most 15 letters, digits, '-', '_' and '.'");
        foreach (var (index, network) in (endpoint.IpNetworks ?? []).Index())
            findings.WrongIf(!network.IsHost, $"spec.ipNetworks[{index}]", network, "must be a single address (/32 or /128)");

        findings.WrongIf(endpoint.Ipv4Gateway is { IsIPv4: false }, "spec.ipv4Gateway", endpoint.Ipv4Gateway, "must be an IPv4 address");
        findings.WrongIf(endpoint.Ipv6Gateway is { IsIPv4: true }, "spec.ipv6Gateway", endpoint.Ipv6Gateway, "must be an IPv6 address");
        foreach (var (index, port) in (endpoint.Ports ?? []).Index())
            CheckPort($"spec.ports[{index}]", port, findings);
    }

    /// <summary>The name is made of the endpoint's identifiers; a fragment that has none of them has no name to hold it to.</summary>
    private static void CheckName(string name, WorkloadEndpointSpec endpoint, Findings findings)
    {
        if (endpoint.Orchestrator is null)
            return;

        try
        {
            var expected = WorkloadEndpointName.Of(endpoint);
            findings.WrongIf(name != expected, "metadata.name", name, $"must be '{expected}', made of the endpoint's identifiers");
        }
        catch (FormatException e)
        {
            findings.Wrong("spec", value: null, e.Message);
        }
    }

    public static void CheckPort(string path, EndpointPort port, Findings findings)
    {
        if (string.IsNullOrEmpty(port.Name))
            findings.WrongIf(port.HostPort is null or 0, $"{path}.name", value: null, "is required where there is no hostPort");
        else
            findings.WrongIf(
                !NameRules.IsEndpointPort(port.Name), $"{path}.name", port.Name, "must be at most 15 lower-case letters, digits and '-', with a letter among them");

        findings.WrongIf(port.Protocol == default, $"{path}.protocol", value: null, "is required");
        findings.WrongIf(port.Port == 0, $"{path}.port", port.Port, "must be a port from 1 to 65535");
    }
}
