using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Bgp;

/// <summary>The peerings that BGPPeer resources ask of this node, and those by which it answers other nodes' peerings with it.</summary>
/// <remarks>
/// A peering by resource wins over an answering one, and one for all nodes over one for this node, to the same address and port.
/// Both ends of a peering between nodes connect: the speaker resolves the collision (RFC 4271 §6.8).
/// </remarks>
internal sealed class ExplicitPeers(BgpNode self, BgpNodes nodes, IReadOnlyDictionary<string, BgpFilterSpec> filters, List<string> problems)
{
    public IEnumerable<BgpPeering> Of(IReadOnlyDictionary<string, BgpPeerSpec> peers)
    {
        var ordered = peers.OrderBy(peer => peer.Key, StringComparer.Ordinal).Select(peer => new PeerResource(peer.Key, peer.Value, problems)).ToList();
        var direct = ordered.Where(peer => peer.AppliesTo(self)).SelectMany(Direct).ToList();
        var answering = ordered.Where(peer => peer.Spec.ReversePeering != BgpReversePeering.Manual).SelectMany(Answering);
        return direct.Where(peering => peering.Type == BgpPeeringType.Global)
            .Concat(direct.Where(peering => peering.Type == BgpPeeringType.Node))
            .Concat(answering)
            .DistinctBy(peering => (peering.Address, peering.Port));
    }

    private IEnumerable<BgpPeering> Direct(PeerResource peer)
    {
        if (peer.Peers is { } selector)
        {
            return nodes.All
                .Where(node => node.Name != self.Name && selector.Matches(node.Labels))
                .SelectMany(node => node.Addresses.Select(address => Create(peer, address, node)))
                .OfType<BgpPeering>();
        }

        return peer.Address is { } address && ToAddress(peer, address) is { } peering ? [peering] : [];
    }

    private BgpPeering? ToAddress(PeerResource peer, IPAddress address)
    {
        var node = nodes.All.FirstOrDefault(node => node.Addresses.Contains(address) && (peer.Spec.AsNumber ?? node.As) == node.As);
        if (node?.Name == self.Name)
            return null;

        if (node is null && peer.Spec.AsNumber is null)
        {
            problems.Add($"{peer} is left out: asNumber is missing, and no node with address {address} tells it");
            return null;
        }

        return Create(peer, address, node);
    }

    /// <summary>The far ends of peerings that name this node, each in turn a peer of it.</summary>
    private IEnumerable<BgpPeering> Answering(PeerResource peer)
    {
        foreach (var node in nodes.All.Where(node => node.Name != self.Name && peer.AppliesTo(node)))
        {
            foreach (var own in self.Addresses.Where(own => Names(peer, own)))
            {
                if (node.AddressFor(own) is { } address && Answer(peer, address, node) is { } peering)
                    yield return peering;
            }
        }
    }

    private bool Names(PeerResource peer, IPAddress own) => peer.Peers is { } selector
        ? selector.Matches(self.Labels)
        : own.Equals(peer.Address) && (peer.Spec.AsNumber ?? self.As) == self.As;

    private BgpPeering? Create(PeerResource peer, IPAddress address, BgpNode? node)
    {
        var remoteAs = (peer.Peers is null ? peer.Spec.AsNumber : null) ?? node?.As ?? AsNumber.Default;
        var port = peer.Port ?? node?.ListenPort ?? PeeringName.UsualPort;
        return Create(peer, node, new(address, port), (peer.Spec.LocalAsNumber ?? self.As, remoteAs));
    }

    /// <summary>The same session seen from the far end: what the resource says of the local side is there the far side's.</summary>
    private BgpPeering? Answer(PeerResource peer, IPAddress address, BgpNode node) =>
        Create(peer, node, new(address, node.ListenPort), (self.As, peer.Spec.LocalAsNumber ?? node.As)) is { } peering
            ? peering with { Type = BgpPeeringType.Node, Name = PeeringName.Of(BgpPeeringType.Node, address, node.ListenPort) }
            : null;

    /// <returns>Null if this node has no address of the peer's family to connect from.</returns>
    private BgpPeering? Create(PeerResource peer, BgpNode? node, IPEndPoint remote, (AsNumber Local, AsNumber Remote) numbers) =>
        self.AddressFor(remote.Address) is not { } local ? null : new()
        {
            Name = PeeringName.Of(peer.Type, remote.Address, (ushort)remote.Port),
            Type = peer.Type,
            Address = remote.Address,
            Port = (ushort)remote.Port,
            As = numbers.Remote,
            LocalAs = numbers.Local,
            LocalAddress = peer.Spec.SourceAddress == BgpSourceAddress.None ? null : local,

            // With fixed sources on both sides the speaker resolves the collision; without, one side waits.
            Passive = peer.Spec.SourceAddress == BgpSourceAddress.None && node is not null
                && string.CompareOrdinal(remote.Address.ToString(), local.ToString()) > 0,
            RouteReflectorClient = self.ClusterId is not null && numbers.Remote == numbers.Local && !self.ClusterId.Equals(node?.ClusterId),
            NextHop = NextHopOf(peer.Spec, isExternal: numbers.Remote != numbers.Local),
            Password = peer.Spec.Password?.SecretKeyRef,
            MaxRestartTime = peer.Spec.MaxRestartTime?.Value,
            KeepaliveTime = peer.Spec.KeepaliveTime?.Value,
            AllowedLocalAs = peer.Spec.NumAllowedLocalAsNumbers ?? 0,
            TtlSecurity = peer.Spec.TtlSecurity is > 0 and var hops ? hops : null,
            ReachableBy = peer.Spec.ReachableBy,
            Filters = (peer.Spec.Filters ?? []).Select(name => Find(peer, name)).OfType<BgpFilter>().ToValueList(),
            Bfd = peer.Spec.Bfd,
            MaxPrefixes = peer.Spec.MaxPrefixes,
        };

    private static BgpNextHopMode NextHopOf(BgpPeerSpec peer, bool isExternal) =>
        peer.KeepOriginalNextHop == true && isExternal ? BgpNextHopMode.Keep : peer.NextHopMode ?? BgpNextHopMode.Auto;

    /// <summary>A filter that is not there stops no route, as with Calico, and is a problem.</summary>
    private BgpFilter? Find(PeerResource peer, string name)
    {
        if (filters.TryGetValue(name, out var filter))
            return new(name, filter);

        var problem = $"{peer} names the BGPFilter '{name}', which there is not: no route is filtered by it";
        if (!problems.Contains(problem))
            problems.Add(problem);
        return null;
    }
}
