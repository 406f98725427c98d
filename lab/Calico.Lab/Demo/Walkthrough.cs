using Calico.Lab.Demo.Steps;

namespace Calico.Lab.Demo;

/// <summary>The story that the demo tells, a step after the other. Step 2, copying programs to hosts, is the lab's own doing.</summary>
internal static class Walkthrough
{
    public static IReadOnlyList<DemoStep> Steps { get; } =
    [
        new(1, "Each host has a configuration that names the store", NodeSteps.ShowConfigurationAsync),
        new(3, "The node is started on each host", NodeSteps.RunAsync),
        new(4, "Every node has a BGP session with every other", NodeSteps.ShowStatusAsync),
        new(5, "A network is made, on one host", NetworkSteps.CreateAsync),
        new(6, "Every host's Docker knows it", NetworkSteps.ListAsync),
        new(7, "No host has an interface of ours yet", NetworkSteps.ShowNoInterfacesAsync),
        new(8, "A container is started on each host", ContainerSteps.RunAsync),
        new(9, "In each container: one interface, one address, the way out", ContainerSteps.LookInsideAsync),
        new(10, "On each host: the other end of the container's link", ContainerSteps.LookOutsideAsync),
        new(11, "Each host routes its own containers, and the others' blocks by BGP", RouteStep.PlayAsync),
        new(12, "Containers reach each other, with no address translated", PingStep.PlayAsync),
        new(13, "A router joins by BGP, and a machine behind it reaches containers", RouterStep.PlayAsync),
    ];
}
