using System.Globalization;
using System.Net;
using System.Text;
using Calico.Ctl.Input;
using Calico.Ipam;
using Calico.Model.Values;

namespace Calico.Ctl.Output;

/// <summary>What <c>calicoctl ipam</c> prints, in Calico's forms.</summary>
internal static class IpamText
{
    public static string Usage(IpamInventory inventory, bool withBlocks)
    {
        var rows = PoolUsage.Of(inventory)
            .Where(usage => withBlocks || usage.Block is null)
            .Select(usage => (IReadOnlyList<string>)[usage.Block is null ? "IP Pool" : "Block", usage.Cidr.ToString(), Short(usage.Total), Share(usage.InUse, usage.Total), Share(usage.Free, usage.Total)])
            .ToList();
        return BoxTable.Write(["GROUPING", "CIDR", "IPS TOTAL", "IPS IN USE", "IPS FREE"], rows);
    }

    public static string Owner(IPAddress address, AddressOwner? owner)
    {
        if (owner is null)
            return $"{address} is not assigned\n";
        if (owner.IsCooling)
            return $"{address} is not assigned, and cools down before it is given out again\n";

        var text = new StringBuilder($"IP {address} is in use\nHandle ID: {owner.HandleId ?? "<none>"}\n");
        if (owner.Attributes.Count == 0)
            text.Append("No Active Owner attributes defined\n");
        else
            Append(text, "Active Owner Attributes:", owner.Attributes);
        if (owner.AlternateAttributes is { Count: > 0 } next)
            Append(text, "Alternate Owner Attributes:", next);
        return text.ToString();
    }

    public static string Borrowed(IpamInventory inventory)
    {
        var rows = inventory.Allocations
            .Where(owner => owner.Node is { } node && node != owner.BlockHost)
            .Select(owner => (IReadOnlyList<string>)
            [
                owner.Address.ToString(), owner.Node ?? "", owner.Block.ToString(), owner.BlockHost ?? "", owner.Attributes.GetValueOrDefault("type") ?? "workload", owner.HandleId ?? "",
            ])
            .ToList();
        var unknown = inventory.Allocations.Count(owner => owner.Node is null && !owner.IsCooling);
        var note = unknown == 0 ? "" : $"{unknown} address(es) do not say on which node they are used, and may be borrowed.\n";
        return BoxTable.Write(["IP", "BORROWING-NODE", "BLOCK", "BLOCK OWNER", "TYPE", "ALLOCATED-TO"], rows) + note;
    }

    public static string Configuration(IpamConfiguration configuration) => BoxTable.Write(
        ["PROPERTY", "VALUE"],
        [
            ["StrictAffinity", configuration.StrictAffinity ? "true" : "false"],
            ["AutoAllocateBlocks", configuration.AutoAllocateBlocks ? "true" : "false"],
            ["MaxBlocksPerHost", Short(configuration.MaxBlocksPerHost)],
            ["IPCooldownSeconds", Short(configuration.CooldownSeconds)],
        ]);

    public static string Findings(IpamReport report, bool showsAll, bool showsProblems)
    {
        var (inventory, findings) = (report.Inventory, report.Findings);
        var text = new StringBuilder();
        text.Append($"Checking IPAM for inconsistencies...\n\nLoading all IPAM blocks...\nFound {inventory.Blocks.Count} IPAM blocks.\n");
        foreach (var block in inventory.Blocks.Where(_ => showsAll))
            text.Append($" IPAM block {block.Cidr} affinity={block.Affinity ?? "none"}:\n");
        text.Append($"IPAM blocks record {inventory.Allocations.Count()} allocations.\n\nLoading all IPAM pools...\n");
        foreach (var pool in inventory.Pools)
            text.Append($"  {pool.Spec.Cidr}\n");
        text.Append($"Found {inventory.Pools.Count} active IP pools.\n\nLoading all nodes.\nFound {report.Nodes} nodes.\n\nLoading all workload endpoints.\nFound {report.Addresses} workload IPs.\n\n");
        foreach (var owner in inventory.Allocations.Where(_ => showsAll))
            text.Append($"  {owner.Address}: {owner}\n");

        Section(text, "IPs are allocated in IPAM but not in use", findings.Leaks.Select(leak => $"{leak.Owner.Address} leaked: {leak.Evidence}; {leak.Owner}"), showsProblems);
        Section(text, "in-use IPs are not allocated in IPAM", findings.Unallocated.Select(holder => $"{holder.Address} is {holder.Name}'s"), showsProblems);
        Section(text, "in-use IPs are not in an IP pool", findings.OutsidePools.Select(holder => $"{holder.Address} is {holder.Name}'s"), showsProblems);
        Section(text, "IPs are in use more than once", findings.Shared.Select(shared => $"{shared.Address} is {string.Join(" and ", shared.Holders)}'s"), showsProblems: true);
        Section(text, "handles name IPs that no block knows of", findings.StaleHandles, showsProblems);
        Section(text, "handles are missing or incomplete", findings.MissingHandles, showsProblems);
        Section(text, "blocks are inconsistent", findings.BadBlocks, showsProblems: true);
        return text.Append($"\nCheck complete; found {findings.Count} problem{(findings.Count == 1 ? "" : "s")}.\n").ToString();
    }

    private static void Section(StringBuilder text, string what, IEnumerable<string> lines, bool showsProblems)
    {
        var found = lines.ToList();
        text.Append($"Found {found.Count} {what}.\n");
        foreach (var line in found.Where(_ => showsProblems))
            text.Append($"  {line}\n");
    }

    private static void Append(StringBuilder text, string heading, Labels attributes)
    {
        text.Append(heading).Append('\n');
        foreach (var (key, value) in attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            text.Append($"  {key}: {value}\n");
    }

    private static string Share(double part, double whole) => string.Create(CultureInfo.InvariantCulture, $"{Short(part)} ({Math.Round(100 * part / whole)}%)");

    /// <summary>Five digits that count, as C's %.5g: 65536, 1.8447e+19.</summary>
    private static string Short(double number) => number < 100_000
        ? number.ToString("0.####", CultureInfo.InvariantCulture)
        : number.ToString("0.####e+00", CultureInfo.InvariantCulture);
}
