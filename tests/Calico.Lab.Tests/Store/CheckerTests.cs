using Calico.Checker;

namespace Calico.Lab.Tests.Store;

/// <summary>Many clients, and everything goes wrong: nothing is lost, doubled, out of order or given out twice. The long form is a benchmark.</summary>
public sealed class CheckerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whatever_dies_hangs_or_is_cut_off_the_store_keeps_its_promises(bool isEtcd)
    {
        var options = new CheckerOptions { IsEtcd = isEtcd, Time = TimeSpan.FromSeconds(isEtcd ? 15 : 8), Say = TestContext.Current.SendDiagnosticMessage };

        var result = await CheckerRun.RunAsync(options, TestContext.Current.CancellationToken);

        Assert.Empty(result.Faults);
        Assert.NotEmpty(result.Broken);
        Assert.InRange(result.Done, 50, int.MaxValue);
        Assert.InRange(result.Told, 50, int.MaxValue);
    }
}
