using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Netlink.Conntracking;

namespace Calico.Dataplane.Firewall;

/// <summary>Ends the tracked connections that must not go on: of an address whose endpoint is gone, and those that a changed policy denies.</summary>
/// <remarks>
/// The first always, within a second, and before the address is another's; the second only where <see cref="ExistingConnections.Terminate"/> is set, and at once.
/// What is forgotten is judged anew by its next packet.
/// </remarks>
/// <param name="flows">The kernel's.</param>
/// <param name="hostAddresses">Reads the host's own addresses.</param>
/// <param name="time">Says when the second is over.</param>
internal sealed class FlowRound(FlowTable flows, Func<IReadOnlySet<IPAddress>> hostAddresses, TimeProvider time)
{
    private readonly DepartedAddresses _departed = new(time);
    private HostState? _before;
    private FirewallTable? _judgedBy;

    /// <summary>The longest that another round may wait; null: nothing is left to be ended.</summary>
    public TimeSpan? NextWithin => _departed.Left;

    /// <returns>How many were ended.</returns>
    /// <param name="host">What the kernel holds now.</param>
    /// <param name="table">Made of it.</param>
    public int Reconcile(HostState host, FirewallTable table)
    {
        if (_before is not null)
            _departed.Note(_before, host);
        _before = host;
        var judges = host.Settings.ExistingConnections == ExistingConnections.Terminate && !ReferenceEquals(table, _judgedBy);
        if (!judges && !_departed.AreDue)
            return 0;

        var judgement = judges ? new FlowJudgement(host, table, hostAddresses()) : null;
        var ended = End(flow => judgement?.IsDenied(flow) == true);
        _judgedBy = table; // not before it is done: a failure is tried again
        return ended;
    }

    /// <summary>Ends now what it is behind with: there will be no further round.</summary>
    public void CatchUp()
    {
        if (_departed.All.Count > 0)
            End(_ => false);
    }

    private int End(Func<Flow, bool> isDenied)
    {
        var ended = flows.List().Where(flow => flow.InvolvesAny(_departed.All) || isDenied(flow)).ToList();
        flows.Remove(ended);
        _departed.Clear();
        return ended.Count;
    }
}
