using System.Net;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Validation;
using Calico.Model.Values;

namespace Calico.Lab.Tests.Policy;

/// <summary>Makes sets of policies at random, of every field that a rule has, such as users could write.</summary>
internal sealed class RandomPolicies(int seed)
{
    /// <summary>Those that probes are sent to, and others around them.</summary>
    public static readonly ushort[] Ports = [80, 81, 443, 8080];

    private static readonly string[] Selectors =
    [
        "role == 'a'", "role == 'b'", "role != 'a'", "role in {'a', 'c'}", "role not in {'b'}", "has(env)", "!has(env)", "env == 'x' || role == 'c'",
        "all()", "role == 'nobody'", "outside == 'yes'", "role starts with 'a'",
    ];

    private static readonly string[] Nets4 = ["10.0.0.0/16", "10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/32", "192.168.26.0/24", "0.0.0.0/0", "172.16.0.0/12"];
    private static readonly string[] Nets6 = ["fd10::/64", "fd10::1/128", "fd10::2/127", "fd10::4/128", "fd26::/64", "::/0", "fd99::/16"];

    private readonly Random _random = new(seed);

    /// <summary>Tiers, policies and profiles; the network sets and endpoints they are about are not among them.</summary>
    public IReadOnlyList<IResource> Next()
    {
        var resources = new List<IResource>
        {
            new Resource<TierSpec>(Kinds.Tier, new() { Name = "early" }, new() { Order = 10, DefaultAction = Pick(RuleAction.Pass, RuleAction.Deny) }),
        };
        for (var i = _random.Next(1, 6); i > 0; i--)
            resources.Add(Policy($"p{i}", isGlobal: _random.Next(3) > 0));
        foreach (var name in new[] { "one", "two" })
        {
            resources.Add(new Resource<ProfileSpec>(Kinds.Profile, new() { Name = name }, new()
            {
                Ingress = Rules(PolicyType.Ingress, most: 3),
                Egress = Rules(PolicyType.Egress, most: 3).Append(new Rule { Action = RuleAction.Allow }).ToValueList(),
            }));
        }

        return resources;
    }

    private Resource<PolicySpec> Policy(string name, bool isGlobal) => new(
        isGlobal ? Kinds.GlobalNetworkPolicy : Kinds.NetworkPolicy,
        new() { Name = name, Namespace = isGlobal ? null : "default" },
        new()
        {
            Tier = Maybe(3) ? "early" : null,
            Order = Maybe(2) ? _random.Next(5) : null,
            Selector = Pick(Selectors),
            Types = Pick<ValueList<PolicyType>?>(null, [PolicyType.Ingress], [PolicyType.Egress], [PolicyType.Ingress, PolicyType.Egress]),
            Ingress = Rules(PolicyType.Ingress, most: 5),
            Egress = Rules(PolicyType.Egress, most: 5),
        });

    private ValueList<Rule> Rules(PolicyType direction, int most)
    {
        var rules = new List<Rule>();
        for (var wanted = _random.Next(most + 1); rules.Count < wanted;)
        {
            var rule = Rule();
            if (IsGood(rule, direction))
                rules.Add(rule);
        }

        return rules.ToValueList();
    }

    /// <summary>What a user could not write is not tried: two families in one rule, ports without a protocol that has them.</summary>
    private static bool IsGood(Rule rule, PolicyType direction)
    {
        var spec = direction == PolicyType.Ingress ? new PolicySpec { Ingress = [rule] } : new PolicySpec { Egress = [rule] };
        return ResourceValidator.Validate(new Resource<PolicySpec>(Kinds.GlobalNetworkPolicy, new() { Name = "check" }, spec)).Count == 0;
    }

    private Rule Rule()
    {
        var protocol = Pick<Protocol?>(null, null, Protocol.Tcp, Protocol.Tcp, Protocol.Udp, Protocol.Icmp, Protocol.IcmpV6, new Protocol(253));
        return new()
        {
            Action = Pick(RuleAction.Allow, RuleAction.Allow, RuleAction.Deny, RuleAction.Deny, RuleAction.Pass, RuleAction.Log),
            IpVersion = Maybe(8) ? Pick(4, 6) : null,
            Protocol = protocol,
            NotProtocol = Maybe(8) ? Pick(Protocol.Tcp, Protocol.Udp, Protocol.Icmp, new Protocol(253)) : null,
            Icmp = Maybe(2) && protocol is { HasPorts: false } ? Icmp() : null,
            NotICMP = Maybe(5) && protocol is { HasPorts: false } ? Icmp() : null,
            Source = Side(protocol),
            Destination = Side(protocol),
        };
    }

    private Icmp Icmp() => new() { Type = Pick<byte>(8, 13, 128, 139), Code = Maybe(3) ? Pick<byte>(0, 1) : null };

    private EntityRule? Side(Protocol? protocol) => Maybe(3) ? null : new()
    {
        Nets = Maybe(4) ? Nets() : null,
        NotNets = Maybe(6) ? Nets() : null,
        Selector = Maybe(3) ? Pick(Selectors) : null,
        NotSelector = Maybe(6) ? Pick(Selectors) : null,
        NamespaceSelector = Maybe(8) ? Pick("all()", "global()") : null,
        Ports = Maybe(3) ? PortList(protocol) : null,
        NotPorts = Maybe(6) ? PortList(protocol) : null,
    };

    private ValueList<IPNetwork> Nets()
    {
        var nets = Maybe(2) ? Nets4 : Nets6;
        return Enumerable.Range(0, _random.Next(1, 4)).Select(_ => IPNetwork.Parse(Pick(nets))).Distinct().ToValueList();
    }

    private ValueList<Port> PortList(Protocol? protocol)
    {
        var named = new[] { "web", "alt", "missing" };
        return Enumerable.Range(0, _random.Next(1, 4)).Select(_ => (protocol is null, _random.Next(4)) switch
        {
            (true, _) or (_, 0) => Parse(Pick(named)),
            (_, 1) => Port.Range(80, Pick(Ports)),
            (_, 2) => Port.Range(Pick<ushort>(1, 443, 1024), 65535),
            _ => new Port(Pick(Ports)),
        }).Distinct().ToValueList();
    }

    private static Port Parse(string text) => Port.TryParse(text, out var port) ? port : throw new InvalidOperationException(text);

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    /// <summary>Once in so many times.</summary>
    private bool Maybe(int times) => _random.Next(times) == 0;
}
