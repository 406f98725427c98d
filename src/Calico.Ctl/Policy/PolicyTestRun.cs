using System.Runtime.InteropServices;
using Calico.Calc.Evaluation;
using Calico.Model.Hosts;

namespace Calico.Ctl.Policy;

/// <summary>Holds policy tests against a cluster's policy.</summary>
internal sealed class PolicyTestRun(ClusterPolicy policy, RulePlaces places)
{
    private readonly FlowEnds _ends = new(policy);

    public PolicyTestResult Run(PolicyTestCase test)
    {
        try
        {
            var failures = new List<string>();
            var flows = 0;
            foreach (var (from, to) in Pairs(test))
            {
                foreach (var question in test.Questions)
                    flows += Check(test, new(from, to, question), failures);
            }

            if (flows == 0)
                failures.Add("no flow to look at: the two sides have no two endpoints, or no address family in common");
            return new(test, flows, failures);
        }
        catch (CommandException e)
        {
            return new(test, Flows: 0, [e.Message]);
        }
    }

    private IEnumerable<(FlowEnd From, FlowEnd To)> Pairs(PolicyTestCase test)
    {
        var to = Ends(test.To);
        return Ends(test.From).SelectMany(from => to.Select(other => (from, other))).Where(pair => pair.from.Endpoint is null || pair.from.Endpoint != pair.other.Endpoint);
    }

    private IReadOnlyList<FlowEnd> Ends(TestSide side) => side.Selector is { } selector ? _ends.Select(selector) : [.. side.Names.SelectMany(_ends.Find)];

    private int Check(PolicyTestCase test, Flow flow, List<string> failures)
    {
        var count = 0;
        foreach (var (source, destination) in FlowEnd.Pairs(flow.From, flow.To).Where(pair => flow.Question.IsAbout(pair.Source)))
        {
            count++;
            var packet = flow.Question.Between(source, destination);
            var decision = policy.Decide(packet);
            if (decision.IsAllowed != test.IsAllowed)
                failures.Add($"{Shown(flow, packet)}: expected {Word(test.IsAllowed)}, but {Describe(decision)}");
            else if (test.Rule is { } rule && !Deciding(decision).Any(reference => reference.ToString() == rule))
                failures.Add($"{Shown(flow, packet)}: {Word(test.IsAllowed)} as expected, but not by {rule}: {Describe(decision)}");
        }

        return count;
    }

    private string Describe(FlowDecision decision) => decision switch
    {
        { Egress: { IsAllowed: false } egress } => $"{places.Describe(egress)}, at the sender",
        { AtSendersHost: { Decision.IsAllowed: false } host } => $"{places.Describe(host.Decision)}, at {host}",
        { AtReceiversHost: { Decision.IsAllowed: false } host } => $"{places.Describe(host.Decision)}, at {host}",
        { Ingress: { IsAllowed: false } ingress } => $"{places.Describe(ingress)}, at the receiver",
        { Egress: { } egress, Ingress: { } ingress } => $"{places.Describe(egress)}, at the sender, and {places.Describe(ingress)}, at the receiver",
        { Egress: { } egress } => $"{places.Describe(egress)}, at the sender",
        { Ingress: { } ingress } => $"{places.Describe(ingress)}, at the receiver",
        _ => "no policy stands at either end",
    };

    private static IEnumerable<RuleRef> Deciding(FlowDecision decision) => new[] { decision.Egress?.Rule, decision.Ingress?.Rule }.OfType<RuleRef>();

    private static string Word(bool isAllowed) => isAllowed ? "allow" : "deny";

    private static string Shown(Flow flow, Packet packet) => $"{flow.From.Name} -> {flow.To.Name} ({packet})";

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Flow(FlowEnd From, FlowEnd To, FlowQuestion Question);
}

/// <param name="Test">What was expected.</param>
/// <param name="Flows">How many pairs of addresses and ports were looked at.</param>
/// <param name="Failures">In words; empty: it holds.</param>
internal sealed record PolicyTestResult(PolicyTestCase Test, int Flows, IReadOnlyList<string> Failures)
{
    public bool IsPassed => Failures.Count == 0;
}
