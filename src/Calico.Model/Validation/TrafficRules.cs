using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Validation;

/// <summary>One rule of a policy or profile: what may be combined with what.</summary>
internal static class TrafficRules
{
    private const int MaxNets = 256;

    private const int MaxPorts = 50;

    public static void Check(string path, Rule rule, Findings findings)
    {
        findings.WrongIf(rule.Action == RuleAction.Unset, $"{path}.action", value: null, "is required: Allow, Deny, Log or Pass");
        findings.WrongIf(rule.IpVersion is not (null or 4 or 6), $"{path}.ipVersion", rule.IpVersion, "must be 4 or 6");
        CheckIcmp(path, rule, findings);
        CheckFamily(path, rule, findings);
        CheckSide($"{path}.source", rule, rule.Source, findings);
        CheckSide($"{path}.destination", rule, rule.Destination, findings);
        MetadataRules.CheckAnnotations($"{path}.metadata.annotations", rule.Metadata?.Annotations, findings);
    }

    private static void CheckIcmp(string path, Rule rule, Findings findings)
    {
        foreach (var (field, icmp) in new[] { ("icmp", rule.Icmp), ("notICMP", rule.NotICMP) })
        {
            findings.WrongIf(icmp is { Type: 255 }, $"{path}.{field}.type", icmp?.Type, "must be 0 to 254");
            findings.WrongIf(icmp is { Code: not null, Type: null }, $"{path}.{field}.code", icmp?.Code, "ICMP code specified without an ICMP type");
        }

        var isIcmp = rule.Protocol == Protocol.Icmp || rule.Protocol == Protocol.IcmpV6;
        findings.WrongIf(rule.Icmp is not null && !isIcmp, $"{path}.protocol", rule.Protocol, "ICMP fields require protocol to be ICMP or ICMPv6");
        findings.WrongIf(rule.NotICMP is not null && !isIcmp, $"{path}.protocol", rule.Protocol, "ICMP fields require protocol to be ICMP or ICMPv6");
        findings.WrongIf(rule.Protocol == Protocol.Icmp && rule.IpVersion == 6, $"{path}.ipVersion", 6, "protocol ICMP requires ipVersion 4");
        findings.WrongIf(rule.Protocol == Protocol.IcmpV6 && rule.IpVersion == 4, $"{path}.ipVersion", 4, "protocol ICMPv6 requires ipVersion 6");
    }

    /// <summary>All nets of a rule are of one family, that of ipVersion if it is given: a packet has but one.</summary>
    private static void CheckFamily(string path, Rule rule, Findings findings)
    {
        var family = rule.IpVersion;
        foreach (var (field, nets) in NetsOf(rule))
        {
            foreach (var (index, net) in nets.Index())
            {
                family ??= net.IsIPv4 ? 4 : 6;
                findings.WrongIf(
                    net.IsIPv4 != (family == 4), $"{path}.{field}[{index}]", net, $"the rule is about IPv{family}: all its nets must be of one IP version");
            }
        }
    }

    private static IEnumerable<(string Field, ValueList<IPNetwork> Nets)> NetsOf(Rule rule) =>
    [
        ("source.nets", rule.Source?.Nets ?? []),
        ("source.notNets", rule.Source?.NotNets ?? []),
        ("destination.nets", rule.Destination?.Nets ?? []),
        ("destination.notNets", rule.Destination?.NotNets ?? []),
    ];

    private static void CheckSide(string path, Rule rule, EntityRule? side, Findings findings)
    {
        if (side is null)
            return;

        SelectorRules.Check($"{path}.selector", side.Selector, findings);
        SelectorRules.Check($"{path}.notSelector", side.NotSelector, findings);
        SelectorRules.CheckOfNamespaces($"{path}.namespaceSelector", side.NamespaceSelector, findings);
        SelectorRules.Check($"{path}.serviceAccounts.selector", side.ServiceAccounts?.Selector, findings);
        foreach (var (index, name) in (side.ServiceAccounts?.Names ?? []).Index())
        {
            findings.WrongIf(
                !NameRules.IsSubdomain(name), $"{path}.serviceAccounts.names[{index}]", name, "must be a service account's name: lower-case letters, digits, '-' and '.'");
        }


        findings.WrongIf(side.Nets?.Count > MaxNets, $"{path}.nets", side.Nets?.Count, $"must have at most {MaxNets} entries");
        findings.WrongIf(side.NotNets?.Count > MaxNets, $"{path}.notNets", side.NotNets?.Count, $"must have at most {MaxNets} entries");
        foreach (var (index, net) in (side.NotNets ?? []).Index())
            findings.WrongIf(net.PrefixLength == 0, $"{path}.notNets[{index}]", net, "excludes every address, so that the rule could never match");

        CheckPorts($"{path}.ports", rule, side.Ports ?? [], findings);
        CheckPorts($"{path}.notPorts", rule, side.NotPorts ?? [], findings);
    }

    private static void CheckPorts(string path, Rule rule, ValueList<Port> ports, Findings findings)
    {
        findings.WrongIf(ports.Count > MaxPorts, path, ports.Count, $"must have at most {MaxPorts} entries");
        var needsProtocol = ports.Any(port => port.Name is null) || (ports.Count > 0 && rule.Protocol is not null);
        findings.WrongIf(
            needsProtocol && rule.Protocol is not { HasPorts: true },
            path,
            string.Join(", ", ports),
            "ports need the rule's protocol to be TCP, UDP or SCTP");
    }
}
