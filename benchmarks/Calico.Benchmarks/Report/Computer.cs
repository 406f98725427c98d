using System.Runtime.InteropServices;
using Calico.Lab;
using Calico.Lab.Tools;

namespace Calico.Benchmarks.Report;

/// <summary>What the figures were taken on.</summary>
internal static class Computer
{
    /// <summary>One line an item, in Markdown.</summary>
    public static async Task<string> DescribeAsync(CancellationToken cancel) =>
        $"""
        - {Environment.ProcessorCount} cores ({RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}), {MemoryInGigabytes():0} GB of memory; load {Load()} when the last run began
        - Linux {Environment.OSVersion.Version.ToString(3)}, .NET {Environment.Version}
        - {await VersionAsync(["dockerd", "--version"], cancel)}
        - {await VersionAsync(["nft", "--version"], cancel)}, {await VersionAsync(["iptables", "--version"], cancel)}

        """;

    private static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static double MemoryInGigabytes() =>
        double.Parse(File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024 / 1024;

    private static async Task<string> VersionAsync(IReadOnlyList<string> command, CancellationToken cancel)
    {
        try
        {
            return (await Tool.RunAsync(command, input: null, cancel)).Output.Split('\n')[0].Trim();
        }
        catch (LabException)
        {
            return $"no {command[0]}";
        }
    }
}
