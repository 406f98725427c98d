using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Netlink.Conntracking;

namespace Calico.Dataplane.Firewall;

/// <summary>Ends the tracked connections that must not go on: of an address whose endpoint is gone, and those that a changed policy denies.</summary>
/// <remarks>
/// The first always, for the address may soon be another's; the second only where <see cref="ExistingConnections.Terminate"/> is set. What is
/// forgotten is judged anew by its next packet.
/// </remarks>
/// <param name="flows">The kernel's.</param>
/// <param name="hostAddresses">Reads the host's own addresses.</param>
internal sealed class FlowRound(FlowTable flows, Func<IReadOnlySet<IPAddress>> hostAddresses)
{
    private HostState? _before;
    private FirewallTable? _judgedBy;

    /// <returns>How many were ended.</returns>
    /// <param name="host">What the kernel holds now.</param>
    /// <param name="table">Made of it.</param>
    public int Reconcile(HostState host, FirewallTable table)
    {
        var gone = Gone(host);
        var judges = host.Settings.ExistingConnections == ExistingConnections.Terminate && !ReferenceEquals(table, _judgedBy);
        if (gone.Count == 0 && !judges)
        {
            _before = host;
            return 0;
        }

        var judgement = judges ? new FlowJudgement(host, table, hostAddresses()) : null;
        var ended = flows.List().Where(flow => gone.Any(flow.Involves) || judgement?.IsDenied(flow) == true).ToList();
        flows.Remove(ended);
        (_before, _judgedBy) = (host, table); // not before it is done: a failure is tried again
        return ended.Count;
    }

    private HashSet<IPAddress> Gone(HostState host) =>
        _before is null || ReferenceEquals(_before.Endpoints, host.Endpoints) ? [] : Lost(_before, host);

    /// <summary>Addresses that an endpoint has no longer, be they nobody's now or another's.</summary>
    internal static HashSet<IPAddress> Lost(HostState before, HostState after)
    {
        var owners = OwnersOf(after);
        return OwnersOf(before).Where(owned => owners.GetValueOrDefault(owned.Key) != owned.Value).Select(owned => owned.Key).ToHashSet();
    }

    private static Dictionary<IPAddress, string> OwnersOf(HostState host)
    {
        var owners = new Dictionary<IPAddress, string>();
        foreach (var endpoint in host.Endpoints.Values)
        {
            foreach (var address in endpoint.Addresses.Where(address => address.IsHost))
                owners[address.BaseAddress] = endpoint.Id;
        }

        return owners;
    }
}
