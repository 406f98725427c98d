using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Plugins.Docker.Api;

namespace Calico.Plugins.Docker.Sharing;

/// <summary>Networks from the engine's words to the store's and back.</summary>
internal static class EngineNetworks
{
    /// <summary>The label of a network made here because it is shared; its value is the resource's uid.</summary>
    public const string CopyLabel = "projectcalico.org/copy-of";

    /// <summary>Those that Calico's drivers made, by name. Of two with one name, which engines before 23 allow, the older id counts.</summary>
    public static Dictionary<string, LocalNetwork> Ours(IEnumerable<EngineNetwork> all) => all
        .Where(network => network.Driver == DriverNames.Network && network.IPAM?.Driver == DriverNames.Ipam && network.Scope != "global")
        .OrderBy(network => network.Id, StringComparer.Ordinal)
        .DistinctBy(network => network.Name)
        .ToDictionary(network => network.Name, network => new LocalNetwork(network.Id, ToSpec(network), network.Labels?.GetValueOrDefault(CopyLabel)));

    public static NewNetwork ToNew(Resource<DockerNetworkSpec> shared) => new()
    {
        Name = shared.Spec.NetworkName,
        Driver = DriverNames.Network,
        EnableIPv6 = shared.Spec.EnableIPv6 == true,
        Attachable = shared.Spec.Attachable == true,
        Internal = shared.Spec.Internal == true,
        IPAM = new EngineIpam
        {
            Driver = DriverNames.Ipam,
            Config = [.. (shared.Spec.Subnets ?? []).Select(subnet => new EngineSubnet { Subnet = subnet.ToString() })],
        },
        Options = shared.Spec.Options,
        Labels = (shared.Spec.Labels ?? Labels.Empty).With(CopyLabel, shared.Metadata.Uid ?? shared.Name),
    };

    private static DockerNetworkSpec ToSpec(EngineNetwork network) => new()
    {
        NetworkName = network.Name,
        Subnets = Subnets(network),
        EnableIPv6 = network.EnableIPv6 ? true : null,
        Attachable = network.Attachable ? true : null,
        Internal = network.Internal ? true : null,
        Options = Some(network.Options),
        Labels = Some(network.Labels?.Where(label => label.Key != CopyLabel)),
    };

    /// <summary>What the user gave: without a subnet the engine shows what the IPAM driver answered, the whole family.</summary>
    private static ValueList<IPNetwork>? Subnets(EngineNetwork network)
    {
        var given = (network.IPAM?.Config ?? [])
            .Select(config => AddressArithmetic.TryParseNetwork(config.Subnet ?? "", out var subnet) ? subnet : default)
            .Where(subnet => subnet.PrefixLength > 0)
            .ToValueList();
        return given.Count > 0 ? given : null;
    }

    private static Labels? Some(IEnumerable<KeyValuePair<string, string>>? pairs)
    {
        var labels = new Labels(pairs ?? []);
        return labels.Count > 0 ? labels : null;
    }
}
