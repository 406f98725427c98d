using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Lab;

/// <summary>The walkthrough, played as <c>./dev demo</c> plays it, on both stores.</summary>
public sealed class DemoTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("embedded")]
    [InlineData("etcd")]
    public async Task Every_step_of_the_walkthrough_shows_what_it_must(string datastore)
    {
        var demo = await LabHosts.RunAsync(["demo", "--name", LabHosts.NewName(), "--datastore", datastore], Cancel);

        Assert.True(demo.Succeeded, demo.Said);
        Assert.Matches("client behind the router +container on vms102 .*seen as 10.99.0.10", demo.Output);
        Assert.EndsWith("the lab and all that it made are removed\n", demo.Error, StringComparison.Ordinal);
    }
}
