using Calico.Netlink.Nftables;
using Calico.Netlink.Nftables.Expressions;

namespace Calico.Lab.Tests.Netlink;

/// <summary>One rule in a chain of somebody else's, in the form that iptables understands.</summary>
public sealed class DockerUserTests : IDisposable
{
    private const string Mark = "calico: accept workloads";
    private static readonly Table Filter = new(NftFamily.IPv4, "filter");

    private static readonly Rule Ours = Rule.Create(
        Filter, "DOCKER-USER", [Meta.InterfaceIn, Compare.Equal(NftValue.InterfacePrefix("cali")), new Counter(), Verdict.Accept], Mark);

    private readonly FreshNamespace _host = new();
    private readonly NftSocket _nft;

    public DockerUserTests()
    {
        _nft = NftSocket.Open(_host.Network);
        foreach (var command in (string[])["-N DOCKER-USER", "-A FORWARD -j DOCKER-USER", "-A DOCKER-USER -i eth9 -p tcp -m comment --comment theirs -j DROP", "-A DOCKER-USER -j RETURN"])
            Iptables(command);
    }

    [Fact]
    public void Iptables_lists_it_and_we_know_it_again()
    {
        var batch = new NftBatch();
        batch.InsertRule(Ours);
        _nft.Commit(batch);

        Assert.Equal(
            [
                "-N DOCKER-USER",
                $"-A DOCKER-USER -i cali+ -m comment --comment \"{Mark}\" -j ACCEPT",
                "-A DOCKER-USER -i eth9 -p tcp -m comment --comment theirs -j DROP",
                "-A DOCKER-USER -j RETURN",
            ],
            Iptables("-S DOCKER-USER").Split('\n'));

        var found = _nft.Rules(Filter, "DOCKER-USER").Single(rule => rule.Comment == Mark);
        Assert.Equal(Ours, found);

        batch.Clear();
        batch.DeleteRule(found);
        _nft.Commit(batch);
        Assert.DoesNotContain("cali", Iptables("-S DOCKER-USER"), StringComparison.Ordinal);
        Assert.Contains("theirs", Iptables("-S DOCKER-USER"), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_the_rule_that_iptables_itself_would_write()
    {
        Iptables("-I DOCKER-USER -i cali+ -j ACCEPT");

        Assert.Equal(Ours.Expressions, _nft.Rules(Filter, "DOCKER-USER")[0].Expressions);
    }

    [Fact]
    public void Iptables_can_delete_it_and_goes_on_writing_beside_it()
    {
        var batch = new NftBatch();
        batch.InsertRule(Ours);
        _nft.Commit(batch);

        Iptables("-A DOCKER-USER -o eth7 -j DROP");
        _host.Run("/usr/sbin/iptables", "-D", "DOCKER-USER", "-i", "cali+", "-m", "comment", "--comment", Mark, "-j", "ACCEPT");

        Assert.DoesNotContain("cali", Iptables("-S"), StringComparison.Ordinal);
        Assert.Contains("eth7", Iptables("-S"), StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_with_parts_that_are_not_spoken_here_are_read_and_can_be_put_back()
    {
        Iptables("-A DOCKER-USER -m conntrack --ctstate ESTABLISHED -m limit --limit 3/min -j LOG --log-prefix x");
        var theirs = _nft.Rules(Filter, "DOCKER-USER")[^1];
        Assert.Contains(theirs.Expressions, expression => expression is UnknownExpression);

        var batch = new NftBatch();
        batch.AddRule(theirs);
        _nft.Commit(batch);

        var lines = Iptables("-S DOCKER-USER").Split('\n');
        Assert.Equal(lines[^2], lines[^1]);
    }

    public void Dispose()
    {
        _nft.Dispose();
        _host.Dispose();
    }

    private string Iptables(string arguments) => _host.Run("/usr/sbin/iptables", FreshNamespace.Words(arguments));
}
