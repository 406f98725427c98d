using Calico.Dataplane;
using Calico.Dataplane.Firewall;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Netlink.Logging;

namespace Calico.Tests.Dataplane;

public sealed class DenialLogTests
{
    private static readonly DenialReason Reason = new(PolicyType.Ingress, "p ingress[3]") { Rules = new RulesId("GlobalNetworkPolicy", null, "p"), Rule = 3 };

    private readonly DenialLog _log = new(TimeProvider.System);

    [Fact]
    public void Packets_of_one_endpoint_and_rule_are_one_row_that_counts()
    {
        Add("deny/a", "calia");
        Add("deny/a", "calia");
        Add("deny/a", "calib");

        var list = _log.Since(0);
        Assert.Equal([("calib", 1L), ("calia", 2L)], list.Denials.Select(denial => (denial.Endpoint, denial.Count)));
        Assert.Equal(("GlobalNetworkPolicy(p)", 3), (list.Denials[0].Policy, list.Denials[0].Rule));
        Assert.Equal([3L], _log.Since(2).Denials.Select(denial => denial.Serial));
    }

    [Fact]
    public void Of_very_many_the_least_recent_go()
    {
        for (var i = 0; i < 3000; i++)
            Add($"deny/{i}", "calia");

        var kept = _log.Since(0).Denials;
        Assert.Equal(1024, kept.Count);
        Assert.Equal(3000, kept[0].Serial);
    }

    [Fact]
    public async Task Who_waits_is_told_as_soon_as_there_is_something_newer()
    {
        Add("deny/a", "calia");
        var waiting = _log.WaitAsync(1, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        Add("deny/b", "calia");

        Assert.Equal(2, (await waiting).Serial);
    }

    private void Add(string chain, string interfaceName) =>
        _log.Add(new LoggedPacket(chain, 1, 2, Convert.FromHexString("4500002800004000400600000a0000010a00000204000050")), Reason, interfaceName, interfaceName);
}
