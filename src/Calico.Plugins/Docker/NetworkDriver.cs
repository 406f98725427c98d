using Calico.Plugins.Attaching;
using Calico.Plugins.Docker.Networks;
using Calico.Plugins.Docker.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Calico.Plugins.Docker;

/// <summary>Calico as Docker's remote network driver <c>calico</c>.</summary>
internal sealed class NetworkDriver(DockerEndpoints endpoints, NetworkDirectory networks, ScopeSource scope, LocalEndpoints local)
{
    /// <param name="routes">Of the driver's socket.</param>
    /// <param name="limit">The longest that a call may take.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="log">Hears of each call.</param>
    public void Map(IEndpointRouteBuilder routes, TimeSpan limit, TimeProvider time, ILogger log)
    {
        var json = PluginJson.Default;
        var calls = new PluginCalls(routes, limit, time, log);
        calls.Map("Plugin.Activate", (_, _) => Task.FromResult(new Activation(["NetworkDriver"])), json.Activation);
        calls.Map("NetworkDriver.GetCapabilities", CapabilitiesAsync, json.NetworkCapabilities);
        calls.Map("NetworkDriver.CreateNetwork", CreateNetwork, json.CreateNetworkRequest, json.Nothing);
        calls.Map("NetworkDriver.DeleteNetwork", DeleteNetworkAsync, json.NetworkRequest, json.Nothing);
        calls.Map("NetworkDriver.CreateEndpoint", endpoints.CreateAsync, json.CreateEndpointRequest, json.CreateEndpointResponse);
        calls.Map("NetworkDriver.Join", endpoints.JoinAsync, json.JoinRequest, json.JoinResponse);
        calls.Map("NetworkDriver.Leave", endpoints.LeaveAsync, json.EndpointRequest, json.Nothing);
        calls.Map("NetworkDriver.DeleteEndpoint", endpoints.DeleteAsync, json.EndpointRequest, json.Nothing);
        calls.Map("NetworkDriver.EndpointOperInfo", (_, _) => Task.FromResult(NoValue), json.EndpointRequest, json.EndpointValue);

        // A refusal of these two leaves an endpoint behind that Docker 20.10 cannot delete; there is nothing to do in them.
        foreach (var call in (string[])["ProgramExternalConnectivity", "RevokeExternalConnectivity", "DiscoverNew", "DiscoverDelete"])
            calls.Map("NetworkDriver." + call, (_, _) => Task.FromResult(Nothing.Instance), json.Nothing);
        foreach (var call in (string[])["AllocateNetwork", "FreeNetwork"])
            calls.Map("NetworkDriver." + call, RefuseSwarm, json.Nothing);
    }

    private static readonly EndpointValue NoValue = new(new Dictionary<string, string>());

    private async Task<NetworkCapabilities> CapabilitiesAsync(HttpContext context, CancellationToken cancellation)
    {
        var answer = await scope.AnswerAsync(PeerProcess.Of(context), cancellation);
        return new(answer == DriverScope.Global ? "global" : "local", ConnectivityScope: "global");
    }

    /// <summary>Only checks: other hosts attach containers to the network without ever having seen this call.</summary>
    private static Task<Nothing> CreateNetwork(CreateNetworkRequest request, CancellationToken cancellation)
    {
        DockerIds.Network(request.NetworkID);
        NetworkOptions.Check(request);
        return Task.FromResult(Nothing.Instance);
    }

    /// <summary>Docker forgets the network whatever is answered, so a store that is away is no reason to refuse.</summary>
    private async Task<Nothing> DeleteNetworkAsync(NetworkRequest request, CancellationToken cancellation)
    {
        var id = DockerIds.Network(request.NetworkID);
        if (networks.Find(id) is { } network)
        {
            await ProfileUse.RemoveUnusedAsync(local.Resources, NetworkProfile.Of(network), cancellation);
            networks.Forget(id);
        }

        return Nothing.Instance;
    }

    private static Task<Nothing> RefuseSwarm(HttpContext context, CancellationToken cancellation) =>
        throw new PluginException("Calico networks are not for swarm services; containers of the swarm's hosts can use them by docker run --network");
}
