using System.Text.RegularExpressions;
using Calico.Model.Addresses;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Model.Validation;

/// <summary>The rules of BGPFilters.</summary>
internal static partial class BgpFilterRules
{
    private const int HighestPriority = 2147483646;
    private const int MostOperations = 10;
    private const int MostPrepended = 10;

    public static void Check(BgpFilterSpec filter, Findings findings)
    {
        Check("spec.importV4", filter.ImportV4, isIPv4: true, findings);
        Check("spec.exportV4", filter.ExportV4, isIPv4: true, findings);
        Check("spec.importV6", filter.ImportV6, isIPv4: false, findings);
        Check("spec.exportV6", filter.ExportV6, isIPv4: false, findings);
    }

    private static void Check(string list, ValueList<BgpFilterRule>? rules, bool isIPv4, Findings findings)
    {
        for (var i = 0; i < (rules?.Count ?? 0); i++)
        {
            if (rules?[i] is not { } rule)
                continue;

            var path = $"{list}[{i}]";
            findings.WrongIf(rule.Action is null, $"{path}.action", value: null, "is required: Accept or Reject");
            CheckPrefix(path, rule, isIPv4, findings);
            findings.WrongIf(
                rule.Interface is { } name && !InterfacePattern().IsMatch(name), $"{path}.interface", rule.Interface, "must be an interface's name of at most 15 characters, * for any");
            findings.WrongIf(
                rule.Communities is { } match && (match.Values.Count != 1 || !CommunityValue.TryParse(match.Values[0], out _)),
                $"{path}.communities.values",
                rule.Communities?.Values,
                $"must be one community; it {BgpCommunityRules.Expected}");
            findings.WrongIf(rule.Priority is < 1 or > HighestPriority, $"{path}.priority", rule.Priority, $"must be 1 to {HighestPriority}");
            CheckOperations(path, rule, findings);
        }
    }

    private static void CheckPrefix(string path, BgpFilterRule rule, bool isIPv4, Findings findings)
    {
        findings.WrongIf(
            rule.Cidr is null != rule.MatchOperator is null, $"{path}.cidr", rule.Cidr, "cidr and matchOperator must both be set or both be empty");
        findings.WrongIf(
            rule.Cidr is { } cidr && cidr.BaseAddress.IsIPv4 != isIPv4, $"{path}.cidr", rule.Cidr, $"must be an IPv{(isIPv4 ? 4 : 6)} prefix in this list");
        if (rule.PrefixLength is not { } length)
            return;

        var longest = isIPv4 ? 32 : 128;
        findings.WrongIf(rule.Cidr is null, $"{path}.prefixLength", length, "must be given with a cidr");
        findings.WrongIf(length.Min < 0 || length.Min > longest, $"{path}.prefixLength.min", length.Min, $"must be 0 to {longest}");
        findings.WrongIf(length.Max < 0 || length.Max > longest, $"{path}.prefixLength.max", length.Max, $"must be 0 to {longest}");
    }

    private static void CheckOperations(string path, BgpFilterRule rule, Findings findings)
    {
        if (rule.Operations is not { } operations)
            return;

        findings.WrongIf(operations.Count is 0 or > MostOperations, $"{path}.operations", operations.Count, $"must be 1 to {MostOperations}");
        findings.WrongIf(rule.Action == BgpFilterAction.Reject, $"{path}.operations", value: null, "can be given with the action Accept only");
        foreach (var operation in operations)
        {
            var given = new object?[] { operation.AddCommunity, operation.PrependASPath, operation.SetPriority }.Count(part => part is not null);
            findings.WrongIf(given != 1, $"{path}.operations", value: null, "must each be exactly one of addCommunity, prependASPath, setPriority");
            findings.WrongIf(
                operation.AddCommunity is { } add && !CommunityValue.TryParse(add.Value, out _),
                $"{path}.operations.addCommunity.value",
                operation.AddCommunity?.Value,
                BgpCommunityRules.Expected);
            findings.WrongIf(
                operation.PrependASPath is { Prefix.Count: 0 or > MostPrepended },
                $"{path}.operations.prependASPath.prefix",
                operation.PrependASPath?.Prefix.Count,
                $"must be 1 to {MostPrepended} AS numbers");
            findings.WrongIf(
                operation.SetPriority is { Value: < 1 or > HighestPriority },
                $"{path}.operations.setPriority.value",
                operation.SetPriority?.Value,
                $"must be 1 to {HighestPriority}");
        }
    }

    [GeneratedRegex(@"^[a-zA-Z0-9_.*-]{1,15}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InterfacePattern();
}
