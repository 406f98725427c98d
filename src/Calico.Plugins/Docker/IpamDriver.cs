using System.Net;
using Calico.Model.Addresses;
using Calico.Plugins.Attaching;
using Calico.Plugins.Docker.Protocol;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Docker;

/// <summary>Calico as Docker's remote IPAM driver <c>calico-ipam</c>.</summary>
/// <remarks>Keeps nothing: a pool's id says which addresses are meant, and who has an address stands in the store.</remarks>
internal sealed partial class IpamDriver(WorkloadAddresses addresses, Attacher attacher, LocalEndpoints endpoints, ILogger log)
{
    /// <summary>Docker's key for a gateway, among a pool's data and as a kind of address request.</summary>
    private const string Gateway = "com.docker.network.gateway";

    /// <param name="routes">Of the driver's socket.</param>
    /// <param name="limit">The longest that a call may take.</param>
    /// <param name="time">Measures it.</param>
    public void Map(IEndpointRouteBuilder routes, TimeSpan limit, TimeProvider time)
    {
        var json = PluginJson.Default;
        var calls = new PluginCalls(routes, limit, time, log);
        calls.Map("Plugin.Activate", (_, _) => Task.FromResult(new Activation(["IpamDriver"])), json.Activation);
        calls.Map("IpamDriver.GetCapabilities", (_, _) => Task.FromResult(new IpamCapabilities(false, false)), json.IpamCapabilities);
        calls.Map("IpamDriver.GetDefaultAddressSpaces", (_, _) => Task.FromResult(Spaces), json.AddressSpaces);
        calls.Map("IpamDriver.RequestPool", RequestPoolAsync, json.RequestPoolRequest, json.RequestPoolResponse);
        calls.Map("IpamDriver.ReleasePool", (_, _) => Task.FromResult(Nothing.Instance), json.ReleasePoolRequest, json.Nothing);
        calls.Map("IpamDriver.RequestAddress", RequestAddressAsync, json.RequestAddressRequest, json.RequestAddressResponse);
        calls.Map("IpamDriver.ReleaseAddress", ReleaseAddressAsync, json.ReleaseAddressRequest, json.Nothing);
    }

    private static readonly AddressSpaces Spaces = new(DriverNames.AddressSpace, DriverNames.AddressSpace);

    private async Task<RequestPoolResponse> RequestPoolAsync(RequestPoolRequest request, CancellationToken cancellation)
    {
        var pool = DockerPool.Choose(request, await addresses.ListPoolsAsync(cancellation));
        // Naming a gateway keeps Docker from asking for an address for one; 0.0.0.0 is no address it could use.
        return new(pool.Id, pool.Range.ToString(), new Dictionary<string, string> { [Gateway] = pool.Everything.ToString() });
    }

    private async Task<RequestAddressResponse> RequestAddressAsync(RequestAddressRequest request, CancellationToken cancellation)
    {
        if (request.Options?.GetValueOrDefault("RequestAddressType") == Gateway)
            throw new PluginException(DriverNames.NoGateway);

        var pool = DockerPool.Parse(request.PoolID);
        var given = string.IsNullOrEmpty(request.Address)
            ? await addresses.AssignAnyAsync(pool, cancellation)
            : await addresses.AssignAsync(pool, ReadAddress(request.Address), cancellation);
        return new(given.HostPrefix.ToString());
    }

    /// <summary>Gives back what this host's Docker was given, and ends the endpoint that still has it: after a crash Docker tells no more of it.</summary>
    private async Task<Nothing> ReleaseAddressAsync(ReleaseAddressRequest request, CancellationToken cancellation)
    {
        var address = ReadAddress(request.Address);
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            return Nothing.Instance; // the gateway that RequestPool named

        foreach (var endpoint in await endpoints.FindByAddressAsync(address, cancellation))
        {
            if (endpoint.Spec.Orchestrator != DriverNames.Orchestrator)
                return Nothing.Instance; // another's, whatever Docker believes

            Abandoned(endpoint.Name, address);
            await attacher.DetachAsync(endpoint.Name, endpoint.Spec.InterfaceName ?? "", cancellation);
        }

        await addresses.ReleaseAsync(address, cancellation);
        return Nothing.Instance;
    }

    private static IPAddress ReadAddress(string? text) =>
        IPAddress.TryParse(text, out var address) ? address : throw new PluginException($"Address '{text}' is not an address");

    [LoggerMessage(Level = LogLevel.Information, Message = "Docker gives {Address} back and never said that {Endpoint} has ended: it has")]
    private partial void Abandoned(string endpoint, IPAddress address);
}
