using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Names;

namespace Calico.Tests.Names;

/// <summary>Endpoints in few words.</summary>
internal static class Workloads
{
    public static void Add(this NameDirectory directory, string name, string network, string address, string aliases = "", string sandbox = "", string key = "")
    {
        var annotations = Labels.Empty.With(NetworkNames.NameAnnotation, network);
        if (aliases.Length > 0)
            annotations = annotations.With(NetworkNames.AliasesAnnotation, aliases);
        if (sandbox.Length > 0)
            annotations = annotations.With(NetworkNames.SandboxAnnotation, sandbox);
        directory.Put(Id(key.Length > 0 ? key : name), new Resource<WorkloadEndpointSpec>(
            Kinds.WorkloadEndpoint,
            new Metadata
            {
                Name = name,
                Namespace = "default",
                Labels = Labels.Empty.With(NetworkNames.NetworkLabel, NetworkNames.ToResourceName(network)),
                Annotations = annotations,
            },
            new WorkloadEndpointSpec
            {
                Node = "vms100",
                Workload = name,
                IpNetworks = [.. address.Split(' ').Select(Dataplane.HostStates.HostPrefix)],
            }));
    }

    public static void Remove(this NameDirectory directory, string key) => directory.Put(Id(key), endpoint: null);

    private static ResourceId Id(string key) => new(Kinds.WorkloadEndpoint, "default", key);
}
