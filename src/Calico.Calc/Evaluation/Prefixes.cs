using System.Net;
using Calico.Model.Addresses;

namespace Calico.Calc.Evaluation;

/// <summary>A set of prefixes that says quickly whether an address lies in one of them: one look-up for each length there is.</summary>
internal sealed class Prefixes
{
    private readonly List<(bool IsIPv4, int Length, HashSet<UInt128> Networks)> _lengths = [];

    public Prefixes(IEnumerable<IPNetwork> networks)
    {
        foreach (var group in networks.GroupBy(network => (network.IsIPv4, network.PrefixLength)))
            _lengths.Add((group.Key.IsIPv4, group.Key.PrefixLength, group.Select(network => Cut(network.BaseAddress, group.Key.PrefixLength)).ToHashSet()));
    }

    public bool Contains(IPAddress address)
    {
        foreach (var (isIPv4, length, networks) in _lengths)
        {
            if (isIPv4 == address.IsIPv4 && networks.Contains(Cut(address, length)))
                return true;
        }

        return false;
    }

    private static UInt128 Cut(IPAddress address, int length) => length == 0 ? 0 : address.ToBits() >> (address.BitLength - length);
}
