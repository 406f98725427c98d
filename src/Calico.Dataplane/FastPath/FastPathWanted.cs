using System.Net;
using System.Net.NetworkInformation;
using Calico.Model.Addresses;
using Calico.Model.Hosts;

namespace Calico.Dataplane.FastPath;

/// <summary>Where the fast path is to be, and whom it serves.</summary>
/// <param name="Workloads">By address.</param>
/// <param name="Uplinks">Indices of the interfaces by which other hosts are reached.</param>
/// <param name="Interfaces">Indices of all interfaces that the program is to stand at.</param>
internal sealed record FastPathWanted(IReadOnlyDictionary<IPAddress, FastWorkload> Workloads, IReadOnlySet<int> Uplinks, IReadOnlySet<int> Interfaces)
{
    private const string Veth = "veth";

    private const int MacLength = 6;

    public static readonly FastPathWanted Nothing = new(new Dictionary<IPAddress, FastWorkload>(), new HashSet<int>(), new HashSet<int>());

    /// <remarks>
    /// A host endpoint with untracked policy asks that of every packet, known connection or not: on such a host all go the long way. A workload takes part if its interface is a veth pair
    /// whose other end is in another namespace, and its hardware address is known; where several claim an address, none does.
    /// </remarks>
    /// <param name="host">What the host's kernel holds.</param>
    /// <param name="links">The host's.</param>
    /// <param name="waysOut">Indices of the links that routes to other hosts, and to everywhere, lead out of.</param>
    public static FastPathWanted Of(HostState host, LinkMap links, IEnumerable<int> waysOut)
    {
        if (host.HostEndpoints.Values.Any(endpoint => endpoint.Untracked != StagePolicy.None))
            return Nothing;

        var workloads = (
            from endpoint in host.Endpoints.Values
            let link = links.Find(endpoint.Interface)
            where link is { Kind: Veth, IsUp: true, IsPeerElsewhere: true } && IsMac(link.HardwareAddress)
            let mac = endpoint.Mac ?? PhysicalAddress.None
            where IsMac(mac)
            from address in endpoint.Addresses
            where address.IsHost
            select (Address: address.BaseAddress, Workload: new FastWorkload(link.Index, link.Mtu, mac, link.HardwareAddress)))
            .GroupBy(pair => pair.Address)
            .Where(group => group.Count() == 1)
            .ToDictionary(group => group.Key, group => group.First().Workload);
        if (workloads.Count == 0)
            return Nothing;

        var known = links.All.Where(link => link.IsUp && IsMac(link.HardwareAddress) && !LinkMap.IsWorkload(link.Name)).Select(link => link.Index).ToHashSet();
        var uplinks = waysOut.Where(known.Contains).ToHashSet();
        return new(workloads, uplinks, workloads.Values.Select(workload => workload.Interface).Concat(uplinks).ToHashSet());
    }

    private static bool IsMac(PhysicalAddress address) => address.GetAddressBytes().Length == MacLength;
}

/// <summary>A workload as the program knows it.</summary>
/// <param name="Interface">Index of the host's end of its pair.</param>
/// <param name="Mtu">Octets of the largest IP packet it takes.</param>
/// <param name="Mac">Of its own end.</param>
/// <param name="HostMac">Of the host's.</param>
internal sealed record FastWorkload(int Interface, int Mtu, PhysicalAddress Mac, PhysicalAddress HostMac);
