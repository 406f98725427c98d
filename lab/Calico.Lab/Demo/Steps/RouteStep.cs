using Calico.Lab.Plan;

namespace Calico.Lab.Demo.Steps;

/// <summary>Step 11: the routes of each host.</summary>
internal static class RouteStep
{
    public static async Task PlayAsync(Stage stage, CancellationToken cancel)
    {
        foreach (var host in stage.Hosts)
            await stage.AwaitAsync(host, "ip route", cancel, [.. Routes(stage, host)]);

        if (stage.Blocks.Values.Distinct().Count() != stage.Hosts.Count)
            throw new LabException($"step 11: each host must have a block of its own, got {string.Join(", ", stage.Blocks.Values)}");
    }

    private static IEnumerable<Expectation> Routes(Stage stage, Machine host) =>
    [
        Expectation.Line($"{stage.Containers[host]} dev cali[0-9a-f]{{11}} scope link", "the way to its own container"),
        Expectation.Line($"blackhole {stage.Blocks[host]} proto bird", "its own block, where no container has the address"),
        .. stage.Hosts.Where(other => other != host).Select(other => Expectation.Line(
            $"{stage.Blocks[other]} via {other.Address} dev {Machine.LanInterface} proto bird",
            $"the block of {other.Name}")),
    ];
}
