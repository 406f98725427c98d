using System.Collections.Immutable;
using Calico.Dataplane.Firewall.Coalescing;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>One chain in the making, with the denial chains, sets and maps that it needs.</summary>
internal sealed class PartMaking
{
    /// <summary>Of one reason, so many packets a second are told of.</summary>
    private const int DenialsPerSecond = 10, DenialBurst = 20;

    private readonly HostState _host;
    private readonly GroupShape _shape;
    private readonly SetRendering _sets;
    private readonly RuleRendering _rendering;
    private readonly Dictionary<string, FirewallChain> _chains = [];
    private readonly Dictionary<string, DenialReason> _denials = [];
    private readonly List<RulesId> _shared = [];

    public PartMaking(HostState host, IReadOnlyList<int> families, SelectedSets selected, GroupShape shape)
    {
        (_host, _shape) = (host, shape);
        _sets = new(host, selected);
        _rendering = new(_sets, families);
    }

    public List<FirewallRule> Rules { get; } = [];

    public PolicyType Direction => _shape.IsIngress ? PolicyType.Ingress : PolicyType.Egress;

    /// <summary>What must follow a jump where Allow does not end the packet's way but comes back; null: it ends.</summary>
    private FirewallRule? ComesBackAllowed =>
        _shape.Allow is Verdict.Goto(TableNames.Allow) ? new(new Verdict.Return(), [new Match.IsMarked(PacketMark.Allowed)]) : null;

    /// <summary>How a chain goes on after Pass.</summary>
    public Verdict Pass { get; set; } = new Verdict.Return();

    /// <summary>Nothing is denied, only told of, and that only where a staged policy is the reason.</summary>
    public bool IsPreview { get; set; }

    /// <param name="id">The policy or profile.</param>
    /// <param name="rules">Its rules for the direction; null: not known, nothing passes.</param>
    /// <param name="allow">What Allow does.</param>
    public void Add(RulesId id, ValueList<HostRule>? rules, Verdict allow)
    {
        if (rules is null)
        {
            Deny($"unknown/{PathOf(id)}", new(Direction, $"{id} is not known") { Rules = id });
            return;
        }

        foreach (var rule in rules)
        {
            var reference = new RuleRef(id, Direction, rule.Index).ToString();
            if (VerdictOf(id, rule, allow) is { } verdict)
                Rules.AddRange(_rendering.Render(rule, reference, verdict));
        }
    }

    /// <summary>Goes through the chain of a policy or profile that others go through as well.</summary>
    public void Jump(RulesId id, string chain)
    {
        _shared.Add(id);
        Rules.Add(new(new Verdict.Jump(chain), []));
        if (ComesBackAllowed is { } allowed)
            Rules.Add(allowed);
    }

    /// <summary>Ends in a denial.</summary>
    public void Deny(string path, DenialReason reason)
    {
        if (!IsPreview)
            Rules.Add(new(Denial(path, reason), [], reason.Text, IsCounted: true));
    }

    /// <summary>Ends in telling of a denial that would be, if a staged policy is the reason.</summary>
    public void Preview(RulesId? staged, string path, string text)
    {
        if (staged is { } id)
            Rules.Add(new(Denial(path, new(Direction, text) { Rules = id, IsStaged = true }), [], text, IsCounted: true));
    }

    public RenderedPart Finish(string name)
    {
        var coalescing = new ChainCoalescing(set => _sets.Sets[set])
        {
            Changes = _sets.SelectedRefs.ContainsKey,
            AfterJump = ComesBackAllowed,
            ComesBack = verdict => _shape.Profiles is null && verdict == Pass, // with profiles the last chain ends in a denial
        };
        var rules = IsPreview ? Rules : coalescing.Coalesce(name, Rules); // a preview comes back by Return, which a chain in between would take
        ImmutableArray<FirewallChain> chains = [new(name, Hook: null, rules.ToValueList()), .. coalescing.Chains, .. _chains.Values];
        var used = chains.SelectMany(chain => chain.Rules).SelectMany(rule => rule.Sets).ToHashSet(StringComparer.Ordinal);
        return new(
            chains,
            [.. coalescing.Sets, .. _sets.Sets.Values.Where(set => used.Contains(set.Name) && !_sets.SelectedRefs.ContainsKey(set.Name))],
            _sets.SelectedRefs.Where(selected => used.Contains(selected.Key)).ToImmutableDictionary(),
            _denials.ToImmutableDictionary())
        {
            Shared = [.. _shared],
            Contents = _sets.SelectedRefs
                .Where(selected => coalescing.Read.Contains(selected.Key))
                .ToImmutableDictionary(selected => selected.Value, selected => _sets.Sets[selected.Key]),
        };
    }

    private Verdict? VerdictOf(RulesId id, HostRule rule, Verdict allow) => rule.Action switch
    {
        RuleAction.Allow => allow,
        RuleAction.Pass => Pass,
        RuleAction.Log => IsPreview ? null : new Verdict.Log(LogPrefix(id)),
        _ when IsPreview && !id.IsStaged => new Verdict.Return(), // it is denied anyhow
        _ => Denial($"{PathOf(id)}/{rule.Index}", new(Direction, new RuleRef(id, Direction, rule.Index).ToString()) { Rules = id, Rule = rule.Index, IsStaged = IsPreview }),
    };

    private Verdict.Goto Denial(string path, DenialReason reason)
    {
        var name = TableNames.Denial(_shape.IsIngress, (_shape.IsHost ? "host/" : "") + (_shape.CanReject ? "" : "early/") + path, reason.IsStaged);
        if (_denials.TryAdd(name, reason with { IsHost = _shape.IsHost }))
        {
            var rules = new List<FirewallRule> { new(new Verdict.Log(name, IsDenial: true), [new Match.AtMost(DenialsPerSecond, DenialBurst)]) };
            if (!reason.IsStaged)
                rules.Add(new(_host.Settings.DenyAction == DenyAction.Reject && _shape.CanReject ? new Verdict.Reject() : new Verdict.Drop(), []));
            _chains[name] = new(name, Hook: null, rules.ToValueList());
        }

        return new(name);
    }

    private string LogPrefix(RulesId id)
    {
        var tier = _shape.Tiers.FirstOrDefault(tier => tier.Policies.Contains(id))?.Name ?? "";
        var path = id.Namespace is null ? id.Name : $"{id.Namespace}/{id.Name}";
        var prefix = _host.Settings.LogPrefix
            .Replace("%t", tier, StringComparison.Ordinal)
            .Replace("%k", id.Kind, StringComparison.Ordinal)
            .Replace("%n", id.Name, StringComparison.Ordinal)
            .Replace("%p", path, StringComparison.Ordinal);
        return (prefix.Length <= TableNames.LongestPrefix ? prefix : prefix[..TableNames.LongestPrefix]) + ": ";
    }

    private static string PathOf(RulesId id) => $"{id.Kind}/{(id.Namespace is null ? "" : id.Namespace + "/")}{id.Name}";
}
