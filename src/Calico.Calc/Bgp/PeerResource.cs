using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;

namespace Calico.Calc.Bgp;

/// <summary>A BGPPeer with its selectors and address parsed. One that cannot be read applies to no node, and is a problem.</summary>
internal sealed class PeerResource
{
    private readonly string _name;
    private readonly Selector? _nodes;

    public PeerResource(string name, BgpPeerSpec spec, List<string> problems)
    {
        _name = name;
        Spec = spec;
        _nodes = Parse(spec.NodeSelector, "nodeSelector", problems);
        Peers = Parse(spec.PeerSelector, "peerSelector", problems);
        if (spec.PeerIp is not { Length: > 0 } text)
        {
            if (spec.PeerSelector is not { Length: > 0 })
                problems.Add($"{this} is left out: it has neither peerIP nor peerSelector, and so names no peer");
            return;
        }

        if (IPEndPoint.TryParse(text, out var endpoint))
            (Address, Port) = (endpoint.Address, endpoint.Port == 0 ? null : (ushort)endpoint.Port);
        else
            problems.Add($"{this} is left out: '{text}' is not a peerIP: an address, IPv4:port or [IPv6]:port");
    }

    public BgpPeerSpec Spec { get; }

    public Selector? Peers { get; }

    public IPAddress? Address { get; }

    /// <summary>Null: where the peer listens by its own configuration.</summary>
    public ushort? Port { get; }

    /// <summary>Global if the resource is for all nodes.</summary>
    public BgpPeeringType Type => Spec.Node is { Length: > 0 } || Spec.NodeSelector is { Length: > 0 } ? BgpPeeringType.Node : BgpPeeringType.Global;

    public bool AppliesTo(BgpNode node) => Spec.Node is { Length: > 0 } name
        ? name == node.Name
        : Spec.NodeSelector is not { Length: > 0 } || _nodes?.Matches(node.Labels) == true;

    public override string ToString() => Kinds.BgpPeer.Identify(ns: null, _name);

    private Selector? Parse(string? text, string field, List<string> problems)
    {
        if (text is not { Length: > 0 })
            return null;

        if (!Selector.TryParse(text, out var selector, out var error))
            problems.Add($"{this} is left out: {field}: {error}");
        return selector;
    }
}
