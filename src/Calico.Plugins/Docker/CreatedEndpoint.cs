using System.Net;
using System.Net.NetworkInformation;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker.Access;
using Calico.Plugins.Docker.Networks;
using Calico.Plugins.Docker.Ports;
using Calico.Plugins.Docker.Protocol;

namespace Calico.Plugins.Docker;

/// <summary>What CreateEndpoint said, kept for Join.</summary>
internal sealed record CreatedEndpoint
{
    /// <summary>The workload's name while the container's is not known; what Calico's Docker driver wrote always.</summary>
    private const string UnknownWorkload = "libnetwork";

    public required string NetworkId { get; init; }

    public required string EndpointId { get; init; }

    /// <summary>Host prefixes.</summary>
    public required ValueList<IPNetwork> Addresses { get; init; }

    public required PhysicalAddress Mac { get; init; }

    /// <summary>Given as driver options.</summary>
    public required Labels Labels { get; init; }

    /// <summary>Ports of the host that lead to it.</summary>
    public ValueList<EndpointPort> Published { get; init; } = [];

    public bool HasIPv4 => Addresses.Any(address => address.IsIPv4);

    public bool HasIPv6 => Addresses.Any(address => !address.IsIPv4);

    public string HostSide => InterfaceNames.HostSide(EndpointId);

    /// <exception cref="PluginException">The request cannot be met; the message says why.</exception>
    public static CreatedEndpoint Read(CreateEndpointRequest request)
    {
        var given = request.Interface ?? new();
        ValueList<IPNetwork> addresses = [.. Address(given.Address), .. Address(given.AddressIPv6)];
        if (addresses.Count == 0)
            throw new PluginException("No address assigned for endpoint");

        return new()
        {
            NetworkId = DockerIds.Network(request.NetworkID),
            EndpointId = DockerIds.Endpoint(request.EndpointID),
            Addresses = addresses,
            Mac = ReadMac(given.MacAddress) ?? DriverNames.Mac,
            Labels = EndpointLabels.OfOptions(request.Options),
            Published = PortMapping.Read(request.Options),
        };
    }

    /// <summary>The resource; without the container's facts it has no profile, so that nothing passes before its labels are known.</summary>
    public Resource<WorkloadEndpointSpec> ToResource(string node, ContainerFacts facts, IPAddress nextHop, string sandbox)
    {
        var spec = new WorkloadEndpointSpec
        {
            Orchestrator = DriverNames.Orchestrator,
            Node = node,
            Workload = facts.Container ?? UnknownWorkload,
            Endpoint = EndpointId,
            InterfaceName = HostSide,
            IpNetworks = Addresses,
            Mac = Mac,
            Ports = Published.Count > 0 ? Published : null,
            Ipv4Gateway = HasIPv4 ? nextHop : null,
            Ipv6Gateway = HasIPv6 ? NextHops.IPv6 : null,
            Profiles = [.. ProfilesOf(facts).Select(profile => profile.Name)],
        };
        var endpoint = LocalEndpoints.New(spec, EndpointLabels.Compose(facts.Network?.Name, facts.Container, facts.Labels, Labels));
        endpoint = endpoint with { Metadata = endpoint.Metadata with { Annotations = Labels.Empty.With(NetworkNames.SandboxAnnotation, sandbox) } };
        return ContainerNames.Put(endpoint, facts.Network?.Name, facts.Aliases);
    }

    /// <summary>What decides where no policy does: as the container's labels say, else as its network is. None while that is not known.</summary>
    public static IReadOnlyList<Resource<ProfileSpec>> ProfilesOf(ContainerFacts facts) => facts switch
    {
        { IsComplete: true, Network: { } network, Access: { } access } => [AccessProfile.Of(network, access)],
        { IsComplete: true, Network: { } network } => [NetworkProfile.Of(network)],
        _ => [],
    };

    /// <summary>The endpoint once its container is known.</summary>
    public static Resource<WorkloadEndpointSpec> Complete(Resource<WorkloadEndpointSpec> endpoint, ContainerFacts facts)
    {
        if (facts is not { Network: { } network, Container: { } container })
            return endpoint;

        var labels = EndpointLabels.Compose(network.Name, container, facts.Labels, endpoint.Metadata.Labels ?? Labels.Empty);
        var named = ContainerNames.Put(endpoint, network.Name, facts.Aliases);
        return named with
        {
            Metadata = named.Metadata with { Labels = labels },
            Spec = named.Spec with { Workload = container, Profiles = [.. ProfilesOf(facts).Select(profile => profile.Name)] },
        };
    }

    /// <summary>True of an endpoint that <see cref="Complete"/> has not seen.</summary>
    public static bool IsIncomplete(Resource<WorkloadEndpointSpec> endpoint) =>
        endpoint.Spec.Orchestrator == DriverNames.Orchestrator && endpoint.Metadata.Labels?.ContainsKey(NetworkNames.ContainerLabel) != true;

    private static IEnumerable<IPNetwork> Address(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return [];
        if (!InterfaceAddress.TryParse(text, out var address))
            throw new PluginException($"'{text}' is not an address");

        return address.PrefixLength == address.Address.BitLength
            ? [address.Address.HostPrefix]
            : throw new PluginException(
                $"Non-Calico IPAM driver is used: it gave {text}, not a single address. Create the network with --ipam-driver {DriverNames.Ipam}");
    }

    private static PhysicalAddress? ReadMac(string? text) => text switch
    {
        null or "" => null,
        _ when PhysicalAddress.TryParse(text, out var mac) && mac.GetAddressBytes().Length == 6 => mac,
        _ => throw new PluginException($"'{text}' is not a MAC address such as ee:ee:ee:ee:ee:ee"),
    };
}
