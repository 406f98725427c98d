using Calico.Netlink.Nftables;
using Calico.Netlink.Nftables.Expressions;

namespace Calico.Lab.Tests.Netlink;

public sealed class NftMonitorTests : IDisposable
{
    private static readonly Table Ours = new(NftFamily.Inet, "calico-test");

    private readonly FreshNamespace _host = new();
    private readonly NftSocket _nft;
    private readonly NftMonitor _monitor;

    public NftMonitorTests()
    {
        _nft = NftSocket.Open(_host.Network);
        _monitor = NftMonitor.Open(_host.Network);
    }

    [Fact]
    public async Task A_commit_is_one_event_that_says_whose_it_is_and_what_it_touched()
    {
        var batch = new NftBatch();
        batch.AddTable(Ours);
        batch.AddChain(Chain.Regular(Ours, "c"));
        _nft.Commit(batch);
        _host.Run("/usr/sbin/iptables", "-A", "FORWARD", "-j", "DROP");
        _host.Run("/usr/sbin/nft", "flush", "ruleset");

        var heard = new List<NftEvent.Committed>();
        await foreach (var happened in _monitor.ReadAsync(TestContext.Current.CancellationToken))
        {
            heard.Add(Assert.IsType<NftEvent.Committed>(happened));
            if (heard[^1].ProcessName == "nft")
                break;
        }

        Assert.Equal(_nft.Port, heard[0].Port);
        Assert.Equal([Ours], heard[0].Tables);
        Assert.All(heard.Skip(1), commit => Assert.NotEqual(_nft.Port, commit.Port));
        Assert.Equal("iptables", heard[1].ProcessName);
        Assert.Equal([new Table(NftFamily.IPv4, "filter")], heard[1].Tables);
        Assert.Contains(Ours, heard[^1].Tables);
        Assert.Equal(_nft.Generation(), heard[^1].Generation);
    }

    [Fact]
    public async Task When_changes_come_too_fast_it_says_so_and_goes_on()
    {
        var chain = Chain.Regular(Ours, "c");
        var batch = new NftBatch();
        batch.AddTable(Ours);
        batch.AddChain(chain);
        for (var i = 0; i < 40_000; i++)
            batch.AddRule(Rule.Create(chain, [Meta.Mark, Compare.Equal(NftValue.Number((uint)i)), new Counter()]));

        _nft.Commit(batch);
        await using var events = _monitor.ReadAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await events.MoveNextAsync());
        Assert.IsType<NftEvent.Overflow>(events.Current);

        batch.Clear();
        batch.AddChain(Chain.Regular(Ours, "d"));
        _nft.Commit(batch);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal([Ours], Assert.IsType<NftEvent.Committed>(events.Current).Tables);
    }

    public void Dispose()
    {
        _monitor.Dispose();
        _nft.Dispose();
        _host.Dispose();
    }
}
