using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Hosts;

namespace Calico.Dataplane.Firewall;

/// <summary>Addresses whose endpoint is gone and whose connections are still to be ended.</summary>
/// <remarks>
/// To look through all tracked connections costs the kernel some ten milliseconds and more, however few there are, so the addresses of a second are looked
/// for at once. An address that an endpoint has again cannot wait: nobody inherits connections.
/// </remarks>
internal sealed class DepartedAddresses(TimeProvider time)
{
    /// <summary>How long the first may wait for others.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly HashSet<IPAddress> _all = [];
    private long _since;
    private bool _isTakenAgain;

    public IReadOnlySet<IPAddress> All => _all;

    /// <summary>Until they are due, at the latest; zero: they are. Null: there are none.</summary>
    public TimeSpan? Left => _all.Count == 0 ? null : _isTakenAgain ? TimeSpan.Zero : Recurrence.NotNegative(Patience - time.GetElapsedTime(_since));

    public bool AreDue => Left == TimeSpan.Zero;

    /// <summary>Takes in which endpoints have gone between two states of the host, and which have come.</summary>
    public void Note(HostState before, HostState after)
    {
        if (ReferenceEquals(before.Endpoints, after.Endpoints))
            return;

        var owners = OwnersOf(after);
        if (_all.Count == 0)
            _since = time.GetTimestamp();
        _all.UnionWith(OwnersOf(before).Where(owned => owners.GetValueOrDefault(owned.Key) != owned.Value).Select(owned => owned.Key));
        _isTakenAgain = _isTakenAgain || _all.Any(owners.ContainsKey);
    }

    /// <summary>Their connections have been ended.</summary>
    public void Clear()
    {
        _all.Clear();
        _isTakenAgain = false;
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
