using Calico.Model.Resources.Specs;

namespace Calico.Model.Hosts;

/// <summary>The name of a WorkloadEndpoint resource, computed from its identifiers as Calico does.</summary>
/// <remarks>Segments joined by <c>-</c>; a <c>-</c> inside a segment is doubled.</remarks>
public static class WorkloadEndpointName
{
    /// <exception cref="FormatException">An identifier that the orchestrator's names need is missing or starts or ends with a dash.</exception>
    public static string Of(WorkloadEndpointSpec endpoint)
    {
        (string What, string? Value)[] segments = endpoint.Orchestrator switch
        {
            "k8s" => [("node", endpoint.Node), ("orchestrator", "k8s"), ("pod", endpoint.Pod), ("endpoint", endpoint.Endpoint)],
            "cni" => [("node", endpoint.Node), ("orchestrator", "cni"), ("containerID", endpoint.ContainerID), ("endpoint", endpoint.Endpoint)],
            "libnetwork" => [("node", endpoint.Node), ("orchestrator", "libnetwork"), ("workload", "libnetwork"), ("endpoint", endpoint.Endpoint)],
            _ => [("node", endpoint.Node), ("orchestrator", endpoint.Orchestrator), ("workload", endpoint.Workload), ("endpoint", endpoint.Endpoint)],
        };
        return string.Join('-', segments.Select(segment => Escape(segment.What, segment.Value)));
    }

    private static string Escape(string what, string? value)
    {
        if (string.IsNullOrEmpty(value) || value.StartsWith('-') || value.EndsWith('-'))
            throw new FormatException($"the workload endpoint's {what} '{value}' must not be empty nor start or end with '-'");

        return value.Replace("-", "--", StringComparison.Ordinal);
    }
}
