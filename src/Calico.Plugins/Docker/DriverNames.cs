using System.Net.NetworkInformation;

namespace Calico.Plugins.Docker;

/// <summary>The words and constants that users of Calico's Docker drivers know.</summary>
internal static class DriverNames
{
    public const string Network = "calico";

    public const string Ipam = "calico-ipam";

    public const string Orchestrator = Calico.Model.Hosts.NetworkNames.DockerOrchestrator;

    /// <summary>Of the resources made for containers.</summary>
    public const string Namespace = "default";

    /// <summary>Given for both scopes: Docker 27 and later check subnets for overlap only where the two differ.</summary>
    public const string AddressSpace = "CalicoGlobalAddressSpace";

    /// <summary>In the container Docker puts a number behind it: cali0, cali1, …</summary>
    public const string ContainerInterfacePrefix = "cali";

    /// <summary>Every container's address on its own link; nobody else is on that link.</summary>
    public static readonly PhysicalAddress Mac = PhysicalAddress.Parse("ee:ee:ee:ee:ee:ee");

    /// <summary>The refusal of <c>--gateway</c>, in the words of Calico's driver.</summary>
    public const string NoGateway = "Calico IPAM does not support specifying a gateway.";

    /// <summary>The prefix of labels meant for the endpoint, on containers (<c>--label</c>) and as driver options.</summary>
    public const string LabelPrefix = "org.projectcalico.label.";
}
