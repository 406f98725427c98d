using System.Text.Json;
using System.Text.Json.Nodes;
using Calico.Ctl.Commands;
using Calico.Ipam;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Ctl.Input;

/// <summary>A check of the addresses, and the file it leaves for <c>ipam release --from-report</c>.</summary>
/// <param name="Inventory">The books.</param>
/// <param name="Findings">What is wrong with them.</param>
/// <param name="Nodes">How many there are.</param>
/// <param name="Addresses">How many addresses workload endpoints have.</param>
/// <param name="Cluster">Its GUID; empty if it has none.</param>
/// <param name="MadeAt">By the clock of who checked.</param>
internal sealed record IpamReport(IpamInventory Inventory, IpamFindings Findings, int Nodes, int Addresses, string Cluster, DateTimeOffset MadeAt)
{
    private const string Version = "calico-sharp/1";

    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);

    public static async Task<IpamReport> MakeAsync(Cluster cluster, TimeProvider clock, CancellationToken cancellation)
    {
        var inventory = await IpamInventory.ReadAsync(cluster.Store, cluster.Resources, cancellation);
        var endpoints = (await cluster.Resources.ListAsync<WorkloadEndpointSpec>(Kinds.WorkloadEndpoint, cancellation)).Items;
        var nodes = (await cluster.Resources.ListAsync<NodeSpec>(Kinds.Node, cancellation)).Items;
        var known = await cluster.Resources.GetAsync<ClusterInformationSpec>(new(Kinds.ClusterInformation, Namespace: null, "default"), cancellation);
        var now = clock.GetUtcNow();
        var addresses = endpoints.Sum(endpoint => endpoint.Spec.IpNetworks?.Count ?? 0);
        return new(inventory, new IpamCheck(inventory, endpoints, nodes, now).Run(), nodes.Count, addresses, known?.Spec.ClusterGUID ?? "", now);
    }

    /// <exception cref="CommandException">The file cannot be written.</exception>
    public async Task WriteAsync(string file, CancellationToken cancellation)
    {
        var report = new JsonObject
        {
            ["version"] = Version,
            ["clusterGUID"] = Cluster,
            ["madeAt"] = MadeAt.ToString("O"),
            ["leaks"] = new JsonArray([.. Findings.Leaks.Select(leak => (JsonNode)new JsonObject
            {
                ["ip"] = leak.Owner.Address.ToString(),
                ["handle"] = leak.Owner.HandleId,
                ["evidence"] = leak.Evidence,
            })]),
        };
        try
        {
            await File.WriteAllTextAsync(file, report.ToJsonString() + "\n", cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file}: {e.Message}");
        }
    }

    /// <summary>Releases what all the reports call a leak and a check made now does too.</summary>
    /// <returns>What was done, a line an address.</returns>
    /// <exception cref="CommandException">A report cannot be read, is of another cluster, or too old.</exception>
    public static async Task<IReadOnlyList<string>> ReleaseAsync(Cluster cluster, IReadOnlyList<string> files, bool isForced, TimeProvider clock, CancellationToken cancellation)
    {
        var now = await MakeAsync(cluster, clock, cancellation);
        var agreed = now.Findings.Leaks.Select(leak => (leak.Owner.Address.ToString(), leak.Owner.HandleId)).ToHashSet();
        foreach (var file in files)
            agreed.IntersectWith(Read(file, now, isForced));

        var lines = new List<string>();
        foreach (var leak in now.Findings.Leaks.Where(leak => agreed.Contains((leak.Owner.Address.ToString(), leak.Owner.HandleId))))
        {
            var outcome = await cluster.Ipam.ReleaseAsync(leak.Owner.Address, leak.Owner.HandleId, cancellation);
            lines.Add(outcome is ReleaseOutcome.Released
                ? $"Released {leak.Owner.Address} ({leak.Evidence})"
                : $"Left {leak.Owner.Address}: it has changed hands meanwhile");
        }

        lines.Add($"Released {lines.Count(line => line.StartsWith("Released", StringComparison.Ordinal))} address(es); {now.Findings.Leaks.Count - lines.Count} leak(s) that not all reports name were left");
        return lines;
    }

    private static List<(string, string?)> Read(string file, IpamReport now, bool isForced)
    {
        try
        {
            var report = JsonNode.Parse(File.ReadAllText(file))?.AsObject() ?? throw new JsonException("it is empty");
            if (report["version"]?.ToString() != Version)
                throw new CommandException($"{file} is no report of this version's 'calicoctl ipam check -o': make one anew");
            if (report["clusterGUID"]?.ToString() != now.Cluster)
                throw new CommandException($"{file} is of cluster '{report["clusterGUID"]}', this is '{now.Cluster}'");
            if (!isForced && (!DateTimeOffset.TryParse(report["madeAt"]?.ToString(), out var made) || now.MadeAt - made > Fresh))
                throw new CommandException($"{file} was made at {report["madeAt"]}, more than an hour ago: make one anew, or use --force");

            return [.. (report["leaks"] as JsonArray ?? []).OfType<JsonObject>().Select(leak => (leak["ip"]?.ToString() ?? "", leak["handle"]?.ToString()))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new CommandException($"{file} cannot be read as a report: {e.Message}");
        }
    }
}
