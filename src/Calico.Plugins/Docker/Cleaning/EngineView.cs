using System.Net;
using Calico.Model.Addresses;
using Calico.Plugins.Docker.Api;
using Calico.Plugins.Docker.Networks;

namespace Calico.Plugins.Docker.Cleaning;

/// <summary>Which endpoints and addresses the engine knows, from all it says.</summary>
/// <remarks>
/// Networks list endpoints from the moment they are created; but with its cluster store out of reach the engine leaves whole
/// networks out. Containers list theirs whatever has become of that store. What either names is alive. On the way the names of
/// networks are learnt that were made on other hosts.
/// </remarks>
internal sealed class EngineView(DockerApi docker, NetworkDirectory directory)
{
    /// <exception cref="DockerApiException">The engine does not answer.</exception>
    public async Task<KnownToEngine> LookAsync(CancellationToken cancellation)
    {
        var ids = new HashSet<string>();
        var addresses = new HashSet<IPAddress>();
        foreach (var listed in await docker.ListNetworksAsync(DriverNames.Network, cancellation))
        {
            if (await docker.FindNetworkAsync(listed.Id, cancellation) is not { } network)
                continue;

            directory.Learn(network);
            Collect(network, ids, addresses);
        }

        foreach (var attachment in (await docker.ListContainersAsync(cancellation)).SelectMany(container => container.NetworkSettings?.Networks?.Values.ToArray() ?? []))
        {
            ids.Add(attachment.EndpointID ?? "");
            Collect(addresses, attachment.IPAddress, attachment.GlobalIPv6Address);
        }

        return new(ids, addresses);
    }

    private static void Collect(EngineNetwork network, HashSet<string> ids, HashSet<IPAddress> addresses)
    {
        foreach (var (key, endpoint) in network.Containers ?? [])
        {
            ids.Add(key.StartsWith("ep-", StringComparison.Ordinal) ? key[3..] : endpoint.EndpointID ?? "");
            Collect(addresses, endpoint.IPv4Address, endpoint.IPv6Address);
        }

        foreach (var config in network.IPAM?.Config ?? [])
            Collect(addresses, [.. config.AuxAddress?.Values ?? Enumerable.Empty<string>()]);
    }

    private static void Collect(HashSet<IPAddress> addresses, params IEnumerable<string?> texts)
    {
        foreach (var text in texts)
        {
            if (InterfaceAddress.TryParse(text ?? "", out var address))
                addresses.Add(address.Address);
        }
    }
}
