namespace Calico.Benchmarks.Labs;

/// <summary>A lab whose hosts send packets of the MTU's size to each other, as over network cards, as long as this lives; else their cables carry segments of up to 64 KiB whole.</summary>
/// <remarks>
/// Whoever sends into a cable splits what is larger, in the kernel, whatever encapsulation is around it, as with a card that can neither TSO nor that of tunnels. The receiving
/// host's end joins again what belongs together (GRO), as every card's driver does; on a veth the kernel does so only if the other end does not send segments.
/// </remarks>
internal sealed class SplittingWire : IAsyncDisposable
{
    private const string Switch = "switch";

    private static readonly string[] _hosts = [BenchLab.FirstHost, BenchLab.SecondHost];

    private readonly BenchLab _lab;

    private SplittingWire(BenchLab lab) => _lab = lab;

    public static async Task<SplittingWire> MakeAsync(BenchLab lab, CancellationToken cancel)
    {
        var wire = new SplittingWire(lab);
        await wire.SetAsync("off", cancel);
        return wire;
    }

    public async ValueTask DisposeAsync() => await SetAsync("on", CancellationToken.None);

    private async Task SetAsync(string segments, CancellationToken cancel)
    {
        foreach (var host in _hosts) // the switch's ports are named after the hosts
        {
            await _lab.ExecAsync(Switch, ["ethtool", "-K", host, "tso", segments, "gso", segments], cancel);
            await _lab.ExecAsync(host, ["ethtool", "-K", Lab.Plan.Machine.LanInterface, "tso", segments, "gso", segments, "gro", segments == "on" ? "off" : "on"], cancel);
        }
    }
}
