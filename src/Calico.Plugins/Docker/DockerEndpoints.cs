using System.Collections.Concurrent;
using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker.Access;
using Calico.Plugins.Docker.Networks;
using Calico.Plugins.Docker.Ports;
using Calico.Plugins.Docker.Protocol;

namespace Calico.Plugins.Docker;

/// <summary>The life of an endpoint as Docker tells it: created, joined, left, deleted.</summary>
/// <remarks>
/// Docker creates the endpoints of a network one after another but joins containers side by side, so creating only checks and
/// remembers, and all that takes time is in the joining. What was created and not joined is forgotten with this process.
/// </remarks>
internal sealed class DockerEndpoints(Attacher attacher, LocalEndpoints endpoints, ContainerLookup lookup, Completion completion, AccessProfiles access, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, CreatedEndpoint> _created = new();

    public Task<CreateEndpointResponse> CreateAsync(CreateEndpointRequest request, CancellationToken cancellation)
    {
        var created = CreatedEndpoint.Read(request);
        _created[created.EndpointId] = created;
        var mac = string.IsNullOrEmpty(request.Interface?.MacAddress) ? string.Join(':', created.Mac.GetAddressBytes().Select(octet => $"{octet:x2}")) : null;
        return Task.FromResult(new CreateEndpointResponse(new EndpointInterface { MacAddress = mac }));
    }

    public async Task<JoinResponse> JoinAsync(JoinRequest request, CancellationToken cancellation)
    {
        var created = Find(request);
        var sandbox = request.SandboxKey is { Length: > 0 } key ? key : throw new PluginException("the request has no SandboxKey");
        var facts = await LookUpAsync(created, cancellation);
        var others = (await endpoints.ListAsync(cancellation)).Where(other => other.Spec.Endpoint != created.EndpointId).ToLookup(other => SandboxOf(other) == sandbox);
        var published = HostPorts.Choose(created.EndpointId, created.Published, [.. others[false]]);
        var nextHop = NextHops.FirstFree([.. others[true].Select(other => other.Spec.Ipv4Gateway).OfType<IPAddress>()]);
        var pair = new VethPair
        {
            HostSide = created.HostSide,
            WorkloadSide = InterfaceNames.ContainerSide(created.EndpointId),
            Mac = created.Mac,
            Mtu = facts.Network?.Mtu,
            LinkLocal = created.HasIPv6 ? NextHops.IPv6 : null,
        };
        var endpoint = (created with { Published = published }).ToResource(endpoints.Node, facts, nextHop, sandbox);
        await attacher.AttachAsync(new(endpoint, pair, CreatedEndpoint.ProfilesOf(facts)), cancellation);
        if (!facts.IsComplete)
            completion.Wake();
        return Answer(created, pair, nextHop);
    }

    /// <summary>Takes the container off the network; done already is as good.</summary>
    public async Task<Nothing> LeaveAsync(EndpointRequest request, CancellationToken cancellation)
    {
        await DetachAsync(DockerIds.Endpoint(request.EndpointID), cancellation);
        return Nothing.Instance;
    }

    /// <summary>May come without a Leave before it.</summary>
    public async Task<Nothing> DeleteAsync(EndpointRequest request, CancellationToken cancellation)
    {
        var id = DockerIds.Endpoint(request.EndpointID);
        _created.TryRemove(id, out _);
        await DetachAsync(id, cancellation);
        return Nothing.Instance;
    }

    private async Task DetachAsync(string id, CancellationToken cancellation)
    {
        var name = Name(id);
        foreach (var known in (await endpoints.ListAsync(cancellation)).Where(endpoint => endpoint.Name == name))
            access.Left(known.Spec.Profiles ?? []);
        await attacher.DetachAsync(name, InterfaceNames.HostSide(id), cancellation);
    }

    private CreatedEndpoint Find(JoinRequest request)
    {
        var id = DockerIds.Endpoint(request.EndpointID);
        if (!_created.TryGetValue(id, out var created))
            throw new PluginException($"endpoint {id} is unknown: calico-node has started since it was created, or it never was; start the container again");

        return created.NetworkId == DockerIds.Network(request.NetworkID)
            ? created
            : throw new PluginException($"endpoint {id} was created on network {created.NetworkId}, not on {request.NetworkID}");
    }

    private async Task<ContainerFacts> LookUpAsync(CreatedEndpoint created, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(ContainerLookup.Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        return await lookup.FindAsync(created.NetworkId, created.EndpointId, either.Token);
    }

    private string Name(string endpointId) => WorkloadEndpointName.Of(
        new WorkloadEndpointSpec { Orchestrator = DriverNames.Orchestrator, Node = endpoints.Node, Endpoint = endpointId });

    private static string? SandboxOf(Resource<WorkloadEndpointSpec> endpoint) =>
        endpoint.Metadata.Annotations?.GetValueOrDefault(NetworkNames.SandboxAnnotation);

    private static JoinResponse Answer(CreatedEndpoint created, VethPair pair, IPAddress nextHop) => new()
    {
        InterfaceName = new(pair.WorkloadSide, DriverNames.ContainerInterfacePrefix),
        Gateway = created.HasIPv4 ? nextHop.ToString() : null,
        GatewayIPv6 = created.HasIPv6 ? NextHops.IPv6.ToString() : null,
        StaticRoutes = created.HasIPv4 ? [new StaticRoute(nextHop.HostPrefix.ToString(), StaticRoute.OnLink, "")] : [],
        DisableGatewayService = true,
    };
}
