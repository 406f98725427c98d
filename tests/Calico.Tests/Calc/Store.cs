using System.Net;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Model.Values;

namespace Calico.Tests.Calc;

/// <summary>Store changes in few words.</summary>
internal static class Store
{
    public static StoreChange Put(ResourceKind kind, string name, object spec, string? ns = null, Labels? labels = null) =>
        Put(ResourceJson.Create(kind, new() { Name = name, Namespace = ns, Labels = labels }, spec));

    public static StoreChange Put(IResource resource) => new(new StoreName.OfResource(ResourceId.Of(resource)), resource);

    public static StoreChange Gone(StoreChange change) => change with { Value = null };

    public static StoreChange Affinity(string host, string block, AffinityState state = AffinityState.Confirmed) =>
        new(new StoreName.OfAffinity(host, IPNetwork.Parse(block)), new BlockAffinity { State = state });

    /// <summary>A container's endpoint in namespace default, on interface <c>cali-NAME</c>.</summary>
    public static StoreChange Endpoint(string name, string host, string address, string profile = "net1", Labels? labels = null) => Put(
        Kinds.WorkloadEndpoint,
        name,
        new WorkloadEndpointSpec
        {
            Orchestrator = "libnetwork",
            Node = host,
            InterfaceName = "cali" + name,
            IpNetworks = [IPNetwork.Parse(address + (address.Contains(':', StringComparison.Ordinal) ? "/128" : "/32"))],
            Profiles = [profile],
        },
        "default",
        labels);

    /// <summary>As the Docker driver makes one for a network: its members reach each other.</summary>
    public static StoreChange NetworkProfile(string name) => Put(Kinds.Profile, name, new ProfileSpec
    {
        LabelsToApply = Label("net", name),
        Ingress = [new() { Action = RuleAction.Allow, Source = new() { Selector = $"net == '{name}'" } }],
        Egress = [new() { Action = RuleAction.Allow }],
    });

    public static StoreChange GlobalPolicy(string name, PolicySpec spec) => Put(Kinds.GlobalNetworkPolicy, name, spec);

    public static Labels Label(string key, string value) => Labels.Empty.With(key, value);
}
