using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>A policy's or profile's rules as the dataplane takes them, with the sets they look into.</summary>
/// <remarks>
/// A rule with a part that cannot be honoured (a malformed selector, Kubernetes' services, HTTP) fails closed: to allow, pass or log it is left out; to
/// deny it does without the part, and so denies more.
/// </remarks>
internal sealed class ResolvedRules
{
    private readonly string? _namespace;
    private readonly Dictionary<string, WantedSet> _sets = [];
    private readonly List<string> _problems = [];

    public ResolvedRules(RulesId id, ValueList<Rule>? ingress, ValueList<Rule>? egress, params ReadOnlySpan<string> problems)
    {
        _namespace = id.Namespace;
        _problems.AddRange(problems);
        Rules = new(Resolve($"{id} ingress", ingress), Resolve($"{id} egress", egress));
    }

    public HostRules Rules { get; }

    /// <summary>What the rules look into, each once.</summary>
    public IReadOnlyCollection<WantedSet> Sets => _sets.Values;

    public IReadOnlyList<string> Problems => _problems;

    private ValueList<HostRule> Resolve(string where, ValueList<Rule>? rules)
    {
        var resolved = new List<HostRule>();
        for (var i = 0; i < rules?.Count; i++)
        {
            if (Resolve($"{where}[{i}]", i, rules[i]) is { } rule)
                resolved.Add(rule);
        }

        return resolved.ToValueList();
    }

    private HostRule? Resolve(string where, int index, Rule rule)
    {
        if (rule.Action == RuleAction.Unset)
        {
            _problems.Add($"{where} has no action and is left out: give it Allow, Deny, Log or Pass");
            return null;
        }

        var known = _problems.Count;
        var source = Resolve($"{where} source", rule.Protocol, rule.Source);
        var destination = Resolve($"{where} destination", rule.Protocol, rule.Destination);
        if (rule.Http is not null)
            _problems.Add($"{where}.http is enforced by a sidecar proxy under Kubernetes, which is not here, the rule is closed");
        if (_problems.Count > known && rule.Action != RuleAction.Deny)
            return null;

        return new()
        {
            Action = rule.Action,
            Index = index,
            IpVersion = rule.IpVersion,
            Protocol = rule.Protocol,
            NotProtocol = rule.NotProtocol,
            Icmp = rule.Icmp,
            NotIcmp = rule.NotICMP,
            Source = source,
            Destination = destination,
        };
    }

    private HostPeer Resolve(string where, Protocol? protocol, EntityRule? side)
    {
        if (side is null)
            return HostPeer.Any;

        Selector? selector = null, notSelector = null;
        try
        {
            selector = EffectiveSelectors.OfSide(_namespace, side);
            notSelector = EffectiveSelectors.NotOfSide(side);
        }
        catch (FormatException e)
        {
            _problems.Add($"{where}: {e.Message}, the rule is closed");
        }

        if (side.Services is not null)
            _problems.Add($"{where}.services needs Kubernetes, which is not here, the rule is closed");
        var ports = Numbers(side.Ports);
        var named = Named(side.Ports, selector ?? Selector.All, protocol);
        var isInNamed = named.Count > 0 && ports.Count == 0; // the named ports are those of the selected endpoints alone
        return new()
        {
            Nets = side.Nets ?? [],
            NotNets = side.NotNets ?? [],
            Sets = selector is null || isInNamed ? [] : [Want(new(selector))],
            NotSets = notSelector is null ? [] : [Want(new(notSelector))],
            Ports = ports,
            NotPorts = Numbers(side.NotPorts),
            NamedPorts = named,
            NotNamedPorts = Named(side.NotPorts, Selector.All, protocol),
        };
    }

    private static ValueList<Port> Numbers(ValueList<Port>? ports) => (ports ?? []).Where(port => port.Name is null).ToValueList();

    /// <summary>A port's name without a protocol that has ports is one of TCP, as in Felix.</summary>
    private ValueList<string> Named(ValueList<Port>? ports, Selector selector, Protocol? protocol) =>
        (from port in ports ?? []
         where port.Name is not null
         select Want(new(selector, protocol is { HasPorts: true } wanted ? wanted : Protocol.Tcp, port.Name))).ToValueList();

    private string Want(WantedSet set)
    {
        _sets.TryAdd(set.Id, set);
        return set.Id;
    }
}
