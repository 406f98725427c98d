using Calico.Model.Resources.Specs;

namespace Calico.Model.Validation;

/// <summary>A host's own interfaces, and the settings of a host's dataplane.</summary>
internal static class HostEndpointRules
{
    /// <summary>All interfaces that have no host endpoint of their own.</summary>
    private const string AllInterfaces = "*";

    private static readonly string[] Severities = ["trace", "debug", "info", "warning", "error", "fatal"];

    public static void Check(HostEndpointSpec endpoint, Findings findings)
    {
        findings.WrongIf(string.IsNullOrEmpty(endpoint.Node), "spec.node", value: null, "is required");
        findings.WrongIf(
            endpoint.InterfaceName is { } name && name != AllInterfaces && !NameRules.IsInterface(name),
            "spec.interfaceName",
            endpoint.InterfaceName,
            "must be at most 15 letters, digits, '-', '_' and '.', or '*'");
        findings.WrongIf(
            string.IsNullOrEmpty(endpoint.InterfaceName) && endpoint.ExpectedIPs is not { Count: > 0 },
            "spec.interfaceName",
            value: null,
            "is required where there are no expectedIPs: without either nothing says which interface is meant");
        foreach (var (index, port) in (endpoint.Ports ?? []).Index())
            WorkloadEndpointRules.CheckPort($"spec.ports[{index}]", port, findings);
    }

    public static void Check(string name, FelixConfigurationSpec configuration, Findings findings)
    {
        var isFixed = name == "default" || name.StartsWith("node.", StringComparison.Ordinal);
        findings.WrongIf(
            isFixed && configuration.NodeSelector is not null, "spec.nodeSelector", configuration.NodeSelector, $"cannot be set on '{name}', which says itself whom it is for");
        SelectorRules.Check("spec.nodeSelector", configuration.NodeSelector, findings);
        findings.WrongIf(
            configuration.LogSeverityScreen is { } severity && !Severities.Contains(severity.ToLowerInvariant()),
            "spec.logSeverityScreen",
            configuration.LogSeverityScreen,
            "must be one of Trace, Debug, Info, Warning, Error, Fatal");
        CheckPorts("spec.failsafeInboundHostPorts", configuration.FailsafeInboundHostPorts ?? [], findings);
        CheckPorts("spec.failsafeOutboundHostPorts", configuration.FailsafeOutboundHostPorts ?? [], findings);
    }

    private static void CheckPorts(string path, IReadOnlyList<ProtoPort> ports, Findings findings)
    {
        foreach (var (index, port) in ports.Index())
        {
            var isKnown = port.Protocol is null || port.Protocol.ToLowerInvariant() is "tcp" or "udp" or "sctp";
            findings.WrongIf(!isKnown, $"{path}[{index}].protocol", port.Protocol, "must be TCP, UDP or SCTP");
            findings.WrongIf(port.Port == 0, $"{path}[{index}].port", port.Port, "must be a port from 1 to 65535");
        }
    }
}
