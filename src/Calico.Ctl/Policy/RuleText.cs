using System.Text;
using Calico.Calc.Evaluation;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Ctl.Policy;

/// <summary>A rule in one line, and why it does not match a packet.</summary>
internal static class RuleText
{
    /// <summary><c>Allow TCP from role == "frontend" to ports 80, 443</c>.</summary>
    public static string Of(Rule rule)
    {
        var text = new StringBuilder(rule.Action.ToString());
        if (rule.IpVersion is { } version)
            text.Append($" IPv{version}");
        if (rule.Protocol is { } protocol)
            text.Append($" {protocol}");
        if (rule.NotProtocol is { } notProtocol)
            text.Append($" not {notProtocol}");
        Append(text, "", rule.Icmp);
        Append(text, "not ", rule.NotICMP);
        Append(text, "from", rule.Source);
        Append(text, "to", rule.Destination);
        if (rule.Http is not null)
            text.Append(" with http");
        return text.ToString();
    }

    /// <summary>The part that keeps a rule from matching, in words: <c>the source's selector</c>.</summary>
    public static string Of(RulePart part) => part switch
    {
        RulePart.IpVersion => "the IP version",
        RulePart.Protocol => "the protocol",
        RulePart.NotProtocol => "notProtocol",
        RulePart.Icmp => "the ICMP type or code",
        RulePart.NotIcmp => "notICMP",
        RulePart.SourceNets => "the source is not in nets",
        RulePart.SourceNotNets => "the source is in notNets",
        RulePart.SourceSelector => "the source is not selected",
        RulePart.SourceNotSelector => "the source is selected by notSelector",
        RulePart.SourcePorts => "the source port",
        RulePart.SourceNotPorts => "the source's notPorts",
        RulePart.DestinationNets => "the destination is not in nets",
        RulePart.DestinationNotNets => "the destination is in notNets",
        RulePart.DestinationSelector => "the destination is not selected",
        RulePart.DestinationNotSelector => "the destination is selected by notSelector",
        RulePart.DestinationPorts => "the port",
        RulePart.DestinationNotPorts => "notPorts",
        _ => part.ToString(),
    };

    private static void Append(StringBuilder text, string prefix, Icmp? icmp)
    {
        if (icmp is not null)
            text.Append($" {prefix}type {icmp.Type?.ToString() ?? "any"}{(icmp.Code is { } code ? $" code {code}" : "")}");
    }

    private static void Append(StringBuilder text, string word, EntityRule? side)
    {
        var parts = new List<string>();
        Add(parts, "", side?.Selector);
        Add(parts, "namespaces ", side?.NamespaceSelector);
        Add(parts, "service accounts ", side?.ServiceAccounts?.Names);
        Add(parts, "service accounts ", side?.ServiceAccounts?.Selector);
        Add(parts, "not ", side?.NotSelector);
        Add(parts, "nets ", side?.Nets);
        Add(parts, "not in ", side?.NotNets);
        Add(parts, "service ", side?.Services?.Name);
        Add(parts, "ports ", side?.Ports);
        Add(parts, "not ports ", side?.NotPorts);
        if (parts.Count > 0)
            text.Append($" {word} {string.Join(" and ", parts)}");
    }

    private static void Add(List<string> parts, string prefix, string? selector)
    {
        if (!string.IsNullOrWhiteSpace(selector))
            parts.Add(prefix + selector.Trim());
    }

    private static void Add<T>(List<string> parts, string prefix, ValueList<T>? values)
    {
        if (values is { Count: > 0 })
            parts.Add(prefix + string.Join(", ", values));
    }
}
