using System.Net;
using System.Text;
using Calico.Calc.Evaluation;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;
using Calico.Model.Values;

namespace Calico.Ctl.Policy;

/// <summary>Tells of one flow what policy makes of it at both ends: tier by tier, policy by policy, rule by rule.</summary>
internal sealed class Explanation(ClusterPolicy policy, RulePlaces places)
{
    private readonly StringBuilder _text = new();

    public bool IsAllowed { get; private set; } = true;

    public override string ToString() => _text.ToString();

    public void Add(FlowEnd from, FlowEnd to, FlowQuestion question, Packet packet)
    {
        _text.Append($"{Shown(from, packet.Source)} -> {Shown(to, packet.Destination)}, {question}\n\n");
        if (from.Endpoint is not null && from.Endpoint == to.Endpoint)
        {
            Line(0, "Both ends are one endpoint: the packet never leaves it, and no policy sees it.");
            return;
        }

        AddEnd("Egress", from.Endpoint, PolicyType.Egress, packet);
        var decision = policy.Decide(packet);
        AddHost("Leaving", decision.AtSendersHost);
        AddHost("Coming", decision.AtReceiversHost);
        if (policy.IsFromOwnHost(packet, to.Endpoint))
            Line(0, $"Ingress of {to.Name}: not judged: a host always reaches its own workloads.");
        else
            AddEnd("Ingress", to.Endpoint, PolicyType.Ingress, packet);
    }

    private void AddHost(string word, HostDecision? decision)
    {
        if (decision is not { } host)
            return;

        IsAllowed &= host.Decision.IsAllowed;
        Line(0, $"{word} at {host}: {places.Describe(host.Decision)}");
    }

    private void AddEnd(string word, PolicyEndpoint? endpoint, PolicyType direction, Packet packet)
    {
        if (endpoint is null)
        {
            var address = direction == PolicyType.Egress ? packet.Source : packet.Destination;
            Line(0, $"{word}: {address} is no workload's: no workload policy stands there{InSets(address)}.");
            if (policy.PoolOf(address) is { } pool)
            {
                IsAllowed = false;
                Line(1, $"it is in {pool}, yet no endpoint has it: nobody is there");
            }

            return;
        }

        var place = endpoint.Node.Length > 0 ? $" on {endpoint.Node}" : "";
        if (policy.Programmed(endpoint) is not { } local)
        {
            IsAllowed = false;
            Line(0, $"{word} of {endpoint.Title}{place}: denied: its host does not have it yet (it needs a node, an interface and an address of its own).");
            return;
        }

        var trace = policy.Host(endpoint.Node).Explain(local, direction, packet);
        IsAllowed &= trace.Decision.IsAllowed;
        Line(0, $"{word} of {endpoint.Title}{place}: {places.Describe(trace.Decision)}");
        AddTiers(endpoint, direction == PolicyType.Ingress ? local.Ingress : local.Egress, trace, packet);
        if (trace.Decision.Tier is null)
            AddProfiles(local.Profiles, trace, packet);
    }

    private void AddTiers(PolicyEndpoint endpoint, ValueList<EndpointTier> tiers, Trace trace, Packet packet)
    {
        foreach (var tier in tiers.Where(tier => tier.Policies.Count > 0)) // one with none but staged policies decides nothing
        {
            Line(1, $"tier {tier.Name}");
            foreach (var id in tier.Policies)
            {
                var steps = trace.Steps.Where(step => step.Tier == tier.Name && step.Rule.Rules == id).ToList();
                Line(2, $"{id} applies{By(endpoint, policy.SelectorOf(id))}");
                AddSteps(steps, packet);
                if (steps.Exists(Decides))
                    break;
            }

            if (tier.Name == trace.Decision.Tier)
            {
                if (trace.Decision.Cause == DecisionCause.EndOfTier)
                    Line(2, "end of tier: no rule decides, and its default action is Deny");
                return;
            }
        }
    }

    private void AddProfiles(ValueList<RulesId> profiles, Trace trace, Packet packet)
    {
        Line(1, "profiles, as no tier decides");
        foreach (var profile in profiles)
        {
            var steps = trace.Steps.Where(step => step.Tier is null && step.Rule.Rules == profile).ToList();
            Line(2, profile.ToString());
            AddSteps(steps, packet);
            if (steps.Exists(Decides))
                return;
        }

        if (trace.Decision.Cause == DecisionCause.NoProfile)
            Line(2, profiles.Count == 0 ? "there are none, and what nobody allows is denied" : "none of them decides, and what nobody allows is denied");
    }

    private static bool Decides(TraceStep step) => step is { Mismatch: RulePart.None, Action: not RuleAction.Log };

    private void AddSteps(List<TraceStep> steps, Packet packet)
    {
        foreach (var step in steps)
        {
            var rule = policy.Find(step.Rule);
            var text = rule is null ? step.Action.ToString() : RuleText.Of(rule);
            var outcome = step.Mismatch == RulePart.None
                ? $"matches{WhySelected(step.Rule.Rules, rule, packet)}"
                : $"no: {RuleText.Of(step.Mismatch)}{WhyNot(step, rule, packet)}";
            Line(3, $"{(step.Rule.Direction == PolicyType.Ingress ? "ingress" : "egress")}[{step.Rule.Index}] {text}: {outcome}");
        }
    }

    private string WhySelected(RulesId rules, Rule? rule, Packet packet)
    {
        var parts = new[] { (ClusterPolicy.SelectorOf(rules, rule?.Source), packet.Source), (ClusterPolicy.SelectorOf(rules, rule?.Destination), packet.Destination) }
            .Select(side => side.Item1 is { } selector ? Labels(selector, side.Item2) : "")
            .Where(part => part.Length > 0)
            .ToList();
        return parts.Count == 0 ? "" : $" ({string.Join("; ", parts)})";
    }

    private string WhyNot(TraceStep step, Rule? rule, Packet packet)
    {
        var isSource = step.Mismatch < RulePart.Destination;
        var (side, address) = isSource ? (rule?.Source, packet.Source) : (rule?.Destination, packet.Destination);
        var selector = step.Mismatch switch
        {
            RulePart.SourceSelector or RulePart.DestinationSelector => ClusterPolicy.SelectorOf(step.Rule.Rules, side),
            RulePart.SourceNotSelector or RulePart.DestinationNotSelector when Selector.TryParse(side?.NotSelector, out var not, out _) => not,
            _ => null,
        };
        return selector is null ? "" : $" ({Labels(selector, address)})";
    }

    /// <summary>What the labels behind an address are that the selector speaks of.</summary>
    private string Labels(Selector selector, IPAddress address)
    {
        var behind = policy.LabelsAt(address).ToList();
        if (behind.Count == 0)
            return $"{address} is neither an endpoint's nor in a network set";

        var relevant = behind.Where(thing => selector.Matches(thing.Labels)).DefaultIfEmpty(behind[0]);
        return string.Join("; ", relevant.Select(thing => $"{policy.EndpointAt(address)?.Title ?? thing.Id.ToString()}: {Values(selector, thing.Labels)}"));
    }

    private static string By(PolicyEndpoint endpoint, Selector? selector) =>
        selector is null || selector.MentionedLabels.Count == 0 ? "" : $" by {selector}: {Values(selector, endpoint.Labels)}";

    private static string Values(Selector selector, Labels labels) => selector.MentionedLabels.Count == 0
        ? "any"
        : string.Join(", ", selector.MentionedLabels.Select(label => labels.TryGetValue(label, out var value) ? $"{label} = {value}" : $"no {label}"));

    /// <summary>What of a host beside policy the packet meets, as its node tells.</summary>
    public void AddPath(PathReport report, IEnumerable<string> others)
    {
        Line(0, $"On the way, at {report.Node}:");
        foreach (var finding in report.Findings)
        {
            IsAllowed &= finding.Effect != PathEffect.Stops;
            Line(1, finding.Effect switch
            {
                PathEffect.Stops => $"stops it: {finding.Text}",
                PathEffect.MayStop => $"may stop it: {finding.Text}",
                _ => finding.Text,
            });
        }

        foreach (var other in others)
            Line(0, $"On the way, at {other}: not looked at: only the host that the command runs on can be.");
    }

    public void AddNote(string text) => Line(0, text);

    private string InSets(IPAddress address)
    {
        var sets = policy.EndpointAt(address) is null ? policy.LabelsAt(address).Select(set => set.Id.ToString()).ToList() : [];
        return sets.Count == 0 ? "" : $"; it is in {string.Join(", ", sets)}";
    }

    private static string Shown(FlowEnd end, IPAddress address)
    {
        if (end.Name == address.ToString())
            return end.Name;
        return end.Endpoint is { Node.Length: > 0 } endpoint ? $"{end.Name} ({address} on {endpoint.Node})" : $"{end.Name} ({address})";
    }

    private void Line(int depth, string text) => _text.Append(' ', 2 * depth).Append(text).Append('\n');
}
