using System.Net;
using Calico.Model.Hosts;
using Calico.Model.Values;

namespace Calico.Calc.Evaluation;

/// <summary>What the rules of a host's state tell apart: nothing else can make a difference between two packets.</summary>
public static class MentionedTraffic
{
    extension(HostState state)
    {
        /// <summary>All that rules and address sets name.</summary>
        public IEnumerable<IPNetwork> MentionedNets() => state.AddressSets.Values.SelectMany(set => set).Concat(state.MentionedRuleNets());

        /// <summary>What rules name themselves.</summary>
        public IEnumerable<IPNetwork> MentionedRuleNets() => state.Peers().SelectMany(peer => peer.Nets.Concat(peer.NotNets)).Distinct();

        /// <summary>Of destinations.</summary>
        public IEnumerable<Port> MentionedPorts() => state.AllRules()
            .SelectMany(rule => rule.Destination.Ports.Concat(rule.Destination.NotPorts))
            .Concat(state.PortSets.Values.SelectMany(set => set).Select(port => new Port(port.Port)));

        public IEnumerable<Protocol> MentionedProtocols() => state.AllRules()
            .SelectMany(rule => new[] { rule.Protocol, rule.NotProtocol })
            .OfType<Protocol>()
            .Concat(state.PortSets.Values.SelectMany(set => set).Select(port => port.Protocol));

        /// <summary>Types of ICMP with their codes.</summary>
        public IEnumerable<(byte Type, byte Code)> MentionedIcmp() => state.AllRules()
            .SelectMany(rule => new[] { rule.Icmp, rule.NotIcmp })
            .Where(icmp => icmp?.Type is not null)
            .Select(icmp => (icmp?.Type ?? 0, icmp?.Code ?? 0));

        private IEnumerable<HostRule> AllRules() => state.Rules.Values.SelectMany(rules => rules.Ingress.Concat(rules.Egress));

        private IEnumerable<HostPeer> Peers() => state.AllRules().SelectMany(rule => new[] { rule.Source, rule.Destination });
    }
}
