using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Selectors;
using Calico.Model.Values;

namespace Calico.Calc.Policy;

/// <summary>A policy's or profile's rules as the dataplane takes them, with the selectors they rest on.</summary>
/// <remarks>
/// A rule with a part that cannot be honoured (a malformed selector, a named port) fails closed: to allow, pass or log it is left out; to
/// deny it does without the part, and so denies more.
/// </remarks>
internal sealed class ResolvedRules
{
    private readonly string? _namespace;
    private readonly Dictionary<string, Selector> _selectors = [];
    private readonly List<string> _problems = [];

    public ResolvedRules(RulesId id, ValueList<Rule>? ingress, ValueList<Rule>? egress)
    {
        _namespace = id.Namespace;
        Rules = new(Resolve($"{id} ingress", ingress), Resolve($"{id} egress", egress));
    }

    public HostRules Rules { get; }

    /// <summary>By their ids.</summary>
    public IReadOnlyDictionary<string, Selector> Selectors => _selectors;

    public IReadOnlyList<string> Problems => _problems;

    private ValueList<HostRule> Resolve(string where, ValueList<Rule>? rules)
    {
        var resolved = new List<HostRule>();
        for (var i = 0; i < rules?.Count; i++)
        {
            if (Resolve($"{where} rule {i}", rules[i]) is { } rule)
                resolved.Add(rule);
        }

        return resolved.ToValueList();
    }

    private HostRule? Resolve(string where, Rule rule)
    {
        if (rule.Action == RuleAction.Unset)
        {
            _problems.Add($"{where} has no action and is left out: give it Allow, Deny, Log or Pass");
            return null;
        }

        var known = _problems.Count;
        var source = Resolve($"{where} source", rule.Source);
        var destination = Resolve($"{where} destination", rule.Destination);
        if (_problems.Count > known && rule.Action != RuleAction.Deny)
            return null;

        return new()
        {
            Action = rule.Action,
            IpVersion = rule.IpVersion,
            Protocol = rule.Protocol,
            NotProtocol = rule.NotProtocol,
            Icmp = rule.Icmp,
            NotIcmp = rule.NotICMP,
            Source = source,
            Destination = destination,
        };
    }

    private HostPeer Resolve(string where, EntityRule? side)
    {
        if (side is null)
            return HostPeer.Any;

        var (named, ports) = Split(side.Ports);
        var (notNamed, notPorts) = Split(side.NotPorts);
        foreach (var port in named.Concat(notNamed))
            _problems.Add($"{where}: the named port '{port}' is not honoured, the rule is closed: write the number");

        return new()
        {
            Nets = side.Nets ?? [],
            NotNets = side.NotNets ?? [],
            Sets = ResolveSet(where, () => EffectiveSelectors.OfSide(_namespace, side)),
            NotSets = ResolveSet(where, () => EffectiveSelectors.NotOfSide(side)),
            Ports = named.Count > 0 ? [] : ports,
            NotPorts = notPorts,
        };
    }

    private ValueList<string> ResolveSet(string where, Func<Selector?> compose)
    {
        try
        {
            if (compose() is not { } selector)
                return [];

            _selectors.TryAdd(selector.Id, selector);
            return [selector.Id];
        }
        catch (FormatException e)
        {
            _problems.Add($"{where}: {e.Message}, the rule is closed");
            return [];
        }
    }

    private static (List<string> Named, ValueList<Port> Numbers) Split(ValueList<Port>? ports) =>
        ports is null
            ? ([], [])
            : ([.. ports.Where(port => port.Name is not null).Select(port => port.ToString())], ports.Where(port => port.Name is null).ToValueList());
}
