using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Bgp;

/// <summary>A node of the calculation graph: this host's BGP speaker, from nodes, BGP configurations and BGP peers.</summary>
internal sealed class BgpCalculation(string hostname)
{
    private readonly BgpNodes _nodes = new();
    private readonly Dictionary<string, BgpPeerSpec> _peers = [];
    private readonly Dictionary<string, BgpFilterSpec> _filters = [];
    private readonly List<string> _problems = [];
    private ImmutableDictionary<string, BgpPeering>? _peerings;

    /// <summary>As of the last flush.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public void OnResource(ResourceId id, object? value)
    {
        if (id.Kind == Kinds.Node)
            _nodes.OnNode(id.Name, value as Resource<NodeSpec>);
        else if (id.Kind == Kinds.BgpConfiguration)
            _nodes.OnConfiguration(id.Name, value as Resource<BgpConfigurationSpec>);
        else if (id.Kind == Kinds.BgpPeer)
            _peers.Become(id.Name, (value as Resource<BgpPeerSpec>)?.Spec);
        else if (id.Kind == Kinds.BgpFilter)
            _filters.Become(id.Name, (value as Resource<BgpFilterSpec>)?.Spec);
        else
            return;

        _peerings = null;
    }

    /// <summary>Null while this host's node is not known.</summary>
    public BgpState? Flush(BgpState? before, IReadOnlySet<IPNetwork> originated)
    {
        var self = _nodes.Find(hostname);
        if (_peerings is null)
        {
            _problems.Clear();
            _peerings = self is null
                ? ImmutableDictionary<string, BgpPeering>.Empty
                : (before?.Peers ?? ImmutableDictionary<string, BgpPeering>.Empty).Become(Peerings(self));
        }

        if (self is null)
            return null;

        var state = new BgpState
        {
            LocalAs = self.As,
            RouterId = self.Ipv4 ?? RouterIdOf(hostname),
            ListenPort = self.ListenPort,
            ListenOn = self.BindMode == BgpBindMode.NodeIP ? self.Addresses.ToValueList() : [],
            Advertisements = PrefixAdvertisements.Of(self.Advertisements),
            ClusterId = self.ClusterId,
            Peers = _peerings,
            Originated = (before?.Originated ?? []).Become(originated),
        };
        return state == before ? before : state;
    }

    private Dictionary<string, BgpPeering> Peerings(BgpNode self)
    {
        var explicitPeers = new ExplicitPeers(self, _nodes, _filters, _problems);
        var peerings = new Dictionary<string, BgpPeering>();
        foreach (var peering in MeshPeers.Of(self, _nodes).Concat(explicitPeers.Of(_peers)))
            peerings.TryAdd(peering.Name, peering);
        return peerings;
    }

    /// <summary>A router needs an IPv4-shaped id even where it has no IPv4 address (RFC 6286): one that its name decides.</summary>
    private static IPAddress RouterIdOf(string name)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(name));
        hash[0] = (byte)((hash[0] % 223) + 1); // 1–223: not 0, not multicast
        return new(hash.AsSpan(0, 4));
    }
}
