using System.Net;
using Calico.Datastore.Memory;
using Calico.Ipam;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;

namespace Calico.Tests.Ipam;

public sealed class PoolsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_default_pool_is_made_once_and_only_where_its_family_has_none()
    {
        await using var store = new MemoryStore();
        var fixture = new IpamFixture(store);

        var made = await Pools.EnsureDefaultAsync(fixture.Resources, Pools.DefaultIPv4, Cancellation);
        var again = await Pools.EnsureDefaultAsync(fixture.Resources, Pools.DefaultIPv4 with { Cidr = IPNetwork.Parse("10.0.0.0/8") }, Cancellation);
        var ipv6 = await Pools.EnsureDefaultAsync(fixture.Resources, Pools.MakeDefaultIPv6(), Cancellation);

        Assert.Equal(("default-ipv4-ippool", "192.168.0.0/16"), (made?.Name, $"{made?.Spec.Cidr}"));
        Assert.Null(again);
        Assert.Matches(@"^default-ipv6-ippool fd[0-9a-f]{2}:[0-9a-f:]+::/48$", $"{ipv6?.Name} {ipv6?.Spec.Cidr}");
    }

    [Theory]
    [InlineData("b", "10.0.128.0/17", 26, "overlaps IPPool a (10.0.0.0/16)")]
    [InlineData("b", "10.0.0.0/8", 26, "overlaps IPPool a (10.0.0.0/16)")]
    [InlineData("a", "10.1.0.0/16", 26, "cannot be changed from 10.0.0.0/16 to 10.1.0.0/16")]
    [InlineData("a", "10.0.0.0/16", 28, "spec.blockSize cannot be changed from 26 to 28")]
    [InlineData("b", "10.1.0.0/16", 19, "20 to 32 for IPv4")]
    [InlineData("b", "fd00::/64", 64, "116 to 128 for IPv6")]
    [InlineData("b", "10.1.0.0/28", 26, "smaller than one block")]
    [InlineData("b", "169.254.7.0/24", 26, "link-local")]
    [InlineData("b", "fe80::/64", 122, "link-local")]
    [InlineData("b", "10.1.0.0/16", 26, null)]
    [InlineData("a", "10.0.0.0/16", 26, null)]
    [InlineData("b", "fd00::/64", 122, null)]
    public void What_a_pool_must_not_be_is_named(string name, string cidr, int blockSize, string? problem)
    {
        var found = Pools.ProblemOf(Pool(name, cidr, blockSize), [Pool("a", "10.0.0.0/16", 26)]);

        if (problem is null)
            Assert.Null(found);
        else
            Assert.Contains(problem, found, StringComparison.Ordinal);
    }

    private static Resource<IPPoolSpec> Pool(string name, string cidr, int blockSize) =>
        new(Kinds.IPPool, new() { Name = name }, new() { Cidr = IPNetwork.Parse(cidr), BlockSize = blockSize });
}
