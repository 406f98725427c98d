using System.Net;
using System.Text;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Calc.Evaluation;

/// <summary>Says what one host's policy makes of the first packet of a connection, without a kernel.</summary>
/// <remarks>Reads what the dataplane renders and keeps to what <see cref="HostState"/> says of it. One caller at a time.</remarks>
/// <param name="state">Of the host.</param>
/// <param name="isPreview">Ask what would be if every staged policy were enforced.</param>
public sealed class PolicyEvaluator(HostState state, bool isPreview = false)
{
    private readonly AddressLookup _lookup = new(state);
    private IPNetwork[]? _nets;
    private string[]? _setIds;
    private (string Set, AddressPort Port)[]? _ports;

    public HostState State => state;

    /// <summary>Of a workload; each packet gets an answer.</summary>
    public Decision Decide(LocalEndpoint endpoint, PolicyType direction, Packet packet) => Decide(endpoint, direction, packet, steps: null);

    /// <summary>The decision of <see cref="Decide(LocalEndpoint, PolicyType, Packet)"/> with the way to it.</summary>
    public Trace Explain(LocalEndpoint endpoint, PolicyType direction, Packet packet)
    {
        var steps = new List<TraceStep>();
        return new(Decide(endpoint, direction, packet, steps), [.. steps]);
    }

    /// <summary>Of a host endpoint, at one stage.</summary>
    /// <returns>Null where the stage has nothing to say, and the packet goes on to what comes next.</returns>
    public Decision? Decide(LocalHostEndpoint endpoint, HostStage stage, PolicyType direction, Packet packet)
    {
        var policy = stage switch
        {
            HostStage.Untracked => endpoint.Untracked,
            HostStage.PreDnat => endpoint.PreDnat,
            HostStage.Forward => endpoint.Forward,
            _ => endpoint.Normal,
        };
        if (stage != HostStage.Forward && IsFailsafe(direction, packet))
            return new(IsAllowed: true, DecisionCause.Failsafe, Tier: null, Rule: null);

        var walk = new Walk(this, direction, packet, Steps: null);
        var endsInDeny = stage is HostStage.Normal or HostStage.Forward;
        var decision = walk.Tiers(direction == PolicyType.Ingress ? policy.Ingress : policy.Egress, endsInDeny);
        return decision ?? (stage == HostStage.Normal ? walk.Profiles(endpoint.Profiles) : null);
    }

    /// <summary>Which of all that this host's rules look an address up in holds it: a bit each, in a fixed order.</summary>
    internal void AppendMemberships(IPAddress address, StringBuilder text)
    {
        foreach (var net in _nets ??= [.. state.MentionedRuleNets()])
            text.Append(net.IsIPv4 == address.IsIPv4 && net.Contains(address) ? '1' : '0');
        foreach (var set in _setIds ??= [.. state.AddressSets.Keys.Order(StringComparer.Ordinal)])
            text.Append(_lookup.Contains(set, address) ? '1' : '0');
        foreach (var port in _ports ??= [.. state.PortSets.OrderBy(set => set.Key, StringComparer.Ordinal).SelectMany(set => set.Value, (set, port) => (set.Key, port))])
        {
            if (port.Port.Address.Equals(address))
                text.Append(port.Set).Append(port.Port.Protocol).Append(port.Port.Port);
        }
    }

    private Decision Decide(LocalEndpoint endpoint, PolicyType direction, Packet packet, List<TraceStep>? steps)
    {
        var walk = new Walk(this, direction, packet, steps);
        return walk.Tiers(direction == PolicyType.Ingress ? endpoint.Ingress : endpoint.Egress, endsInDeny: true) ?? walk.Profiles(endpoint.Profiles);
    }

    private bool IsFailsafe(PolicyType direction, Packet packet)
    {
        var (ports, other) = direction == PolicyType.Ingress
            ? (state.Settings.FailsafeInbound, packet.Source)
            : (state.Settings.FailsafeOutbound, packet.Destination);
        return ports.Any(port => port.Protocol == packet.Protocol
            && port.Port == packet.DestinationPort
            && (port.Net is not { } net || (net.IsIPv4 == other.IsIPv4 && net.Contains(other))));
    }

    private readonly record struct Walk(PolicyEvaluator Evaluator, PolicyType Direction, Packet Packet, List<TraceStep>? Steps)
    {
        /// <summary>Null if no tier decides.</summary>
        public Decision? Tiers(ValueList<EndpointTier> tiers, bool endsInDeny)
        {
            foreach (var tier in tiers.AsSpan())
            {
                var policies = Evaluator.IsPreview ? tier.Preview : tier.Policies;
                var (action, rule) = FirstVerdict(tier.Name, policies);
                if (action is RuleAction.Allow or RuleAction.Deny)
                    return new(action == RuleAction.Allow, DecisionCause.Rule, tier.Name, rule);
                if (endsInDeny && action != RuleAction.Pass && tier.DefaultAction != RuleAction.Pass && policies.Count > 0)
                    return new(IsAllowed: false, DecisionCause.EndOfTier, tier.Name, Rule: null);
            }

            return null;
        }

        public Decision Profiles(ValueList<RulesId> profiles)
        {
            foreach (var profile in profiles.AsSpan())
            {
                var (action, rule) = FirstVerdict(tier: null, [profile]);
                if (action is RuleAction.Allow or RuleAction.Deny)
                    return new(action == RuleAction.Allow, DecisionCause.Rule, Tier: null, rule);
            }

            return new(IsAllowed: false, DecisionCause.NoProfile, Tier: null, Rule: null);
        }

        /// <summary>The first matching rule that is more than a Log; <see cref="RuleAction.Unset"/> if there is none.</summary>
        private (RuleAction Action, RuleRef? Rule) FirstVerdict(string? tier, ValueList<RulesId> policies)
        {
            foreach (var policy in policies.AsSpan())
            {
                if (!Evaluator.State.Rules.TryGetValue(policy, out var both))
                    continue;

                foreach (var rule in (Direction == PolicyType.Ingress ? both.Ingress : both.Egress).AsSpan())
                {
                    var mismatch = RuleMatching.Mismatch(rule, Packet, Evaluator._lookup);
                    var reference = new RuleRef(policy, Direction, rule.Index);
                    Steps?.Add(new(tier, reference, rule.Action, mismatch));
                    if (mismatch == RulePart.None && rule.Action != RuleAction.Log)
                        return (rule.Action, reference);
                }
            }

            return (RuleAction.Unset, Rule: null);
        }
    }

    private bool IsPreview => isPreview;
}

/// <summary>The points where a host endpoint's policy stands: see <see cref="LocalHostEndpoint"/>.</summary>
public enum HostStage
{
    Untracked,
    PreDnat,
    Forward,
    Normal,
}
