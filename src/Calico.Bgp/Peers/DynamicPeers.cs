using System.Net;
using Calico.Bgp.Session;
using Calico.Bgp.Values;

namespace Calico.Bgp.Peers;

/// <summary>The peers that have come by a range of addresses: each is one more peer of the configuration for as long as there is something of it.</summary>
internal sealed class DynamicPeers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SpeakerCore _core;
    private readonly HashSet<IPAddress> _admitted = [];
    private readonly HashSet<IPAddress> _idle = [];
    private readonly Deadline _look;

    /// <param name="changed">Called some time after a peer may have become forgettable.</param>
    public DynamicPeers(SpeakerCore core, Action changed)
    {
        _core = core;
        _look = core.NewDeadline(changed);
    }

    public bool Contains(IPAddress address) => _admitted.Contains(address);

    /// <summary>Whether somebody who connects from there is to become a peer.</summary>
    public bool Admit(IPAddress address)
    {
        if (RangeOf(_core.Configuration, address) is not { } range || _admitted.Count(admitted => RangeOf(_core.Configuration, admitted) == range) >= range.Limit)
            return false;

        _look.Restart(Patience);
        return _admitted.Add(address);
    }

    /// <summary>Drops those of which there was nothing at this look and the one before.</summary>
    public void Forget(IEnumerable<Peer> peers)
    {
        var idle = peers.Where(peer => Contains(peer.Configuration.Address) && peer.IsForgettable).Select(peer => peer.Configuration.Address).ToHashSet();
        _admitted.ExceptWith(_idle.Intersect(idle).ToList());
        _idle.Clear();
        _idle.UnionWith(idle.Intersect(_admitted));
        _look.Restart(_admitted.Count > 0 ? Patience : TimeSpan.Zero);
    }

    /// <summary>The configuration with those that are there; those whose range is gone go with it.</summary>
    public SpeakerConfiguration Expand(SpeakerConfiguration asked)
    {
        // What was expanded before names them too.
        var named = asked.Peers.Where(peer => !_admitted.Contains(peer.Address) || !IsOurs(asked, peer)).ToList();
        _admitted.ExceptWith(named.Select(peer => peer.Address));
        _admitted.RemoveWhere(address => RangeOf(asked, address) is null);
        var peers = named.Concat(_admitted.Select(address => RangeOf(asked, address)?.At(address)).OfType<PeerConfiguration>());
        return asked with { Peers = peers.ToValueArray() };
    }

    public void End() => _look.Dispose();

    private static bool IsOurs(SpeakerConfiguration configuration, PeerConfiguration peer) => RangeOf(configuration, peer.Address)?.At(peer.Address).Name == peer.Name;

    private static PeerRange? RangeOf(SpeakerConfiguration? configuration, IPAddress address) =>
        configuration?.Ranges.FirstOrDefault(range => range.Addresses.BaseAddress.AddressFamily == address.AddressFamily && range.Addresses.Contains(address));
}
