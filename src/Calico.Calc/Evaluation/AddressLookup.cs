using System.Net;
using Calico.Model.Hosts;

namespace Calico.Calc.Evaluation;

/// <summary>The sets of one host's state, each made ready for look-ups when a rule first asks for it.</summary>
internal sealed class AddressLookup(HostState state)
{
    private readonly Dictionary<string, Prefixes> _ready = [];

    /// <summary>A set that the state does not hold is empty.</summary>
    public bool Contains(string set, IPAddress address)
    {
        if (!_ready.TryGetValue(set, out var prefixes))
            _ready[set] = prefixes = new(state.AddressSets.GetValueOrDefault(set, []));
        return prefixes.Contains(address);
    }

    /// <summary>As for addresses.</summary>
    public bool Contains(string set, AddressPort port) => state.PortSets.TryGetValue(set, out var ports) && ports.Contains(port);
}
