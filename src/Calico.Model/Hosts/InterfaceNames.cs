namespace Calico.Model.Hosts;

/// <summary>Names of the interfaces that workloads are attached by.</summary>
public static class InterfaceNames
{
    /// <summary>Every interface of the host whose name starts so is a workload's.</summary>
    public const string WorkloadPrefix = "cali";

    /// <summary>The host's end: <c>cali</c> and the first 11 digits of the endpoint's id (an interface name has at most 15 characters).</summary>
    public static string HostSide(string endpointId) => WorkloadPrefix + endpointId[..11];

    /// <summary>The container's end until Docker moves and renames it: <c>temp</c> and the same 11 digits.</summary>
    public static string ContainerSide(string endpointId) => "temp" + endpointId[..11];
}
