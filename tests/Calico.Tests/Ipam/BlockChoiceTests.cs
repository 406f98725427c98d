using System.Net;
using Calico.Ipam;
using Calico.Model.Addresses;

namespace Calico.Tests.Ipam;

public sealed class BlockChoiceTests
{
    [Theory] // the pools of Calico's own test of this (randomblock_test.go)
    [InlineData("10.10.0.0/24", 26, 4)]
    [InlineData("fd80:24e2:f998:72d6::/120", 122, 4)]
    [InlineData("10.10.0.0/16", 20, 16)]
    [InlineData("10.10.0.0/24", 32, 256)]
    [InlineData("10.10.0.0/32", 32, 1)]
    public void Every_block_of_a_pool_comes_exactly_once(string pool, int blockSize, int count)
    {
        var blocks = BlockChoice.Candidates(IPNetwork.Parse(pool), blockSize, "host", _ => null).ToList();

        Assert.Equal(count, blocks.Count);
        Assert.Equal(count, blocks.Distinct().Count());
        Assert.All(blocks, block => Assert.True(IPNetwork.Parse(pool).Covers(block) && block.PrefixLength == blockSize));
    }

    [Theory]
    [InlineData("fd00::/48", 122, "fd00::/64")]
    [InlineData("fd00::/48", 122, "fd00::/16")]
    [InlineData("10.0.0.0/8", 26, "10.128.0.0/9")]
    public void A_large_obstacle_is_jumped_over(string pool, int blockSize, string obstacle)
    {
        var blocked = IPNetwork.Parse(obstacle);
        foreach (var host in new[] { "a", "vms100", "vms101", "another" })
        {
            var first = BlockChoice.Candidates(IPNetwork.Parse(pool), blockSize, host, block => blocked.Overlaps(block) ? blocked : null).Take(3).ToList();

            Assert.Equal(blocked.Covers(IPNetwork.Parse(pool)) ? 0 : 3, first.Count);
            Assert.DoesNotContain(first, block => blocked.Overlaps(block));
        }
    }

    [Fact]
    public void All_that_obstacles_leave_comes_exactly_once()
    {
        var random = new Random(7);
        for (var round = 0; round < 50; round++)
        {
            var obstacles = Enumerable.Range(0, 3)
                .Select(_ => IPAddress.Parse($"10.0.{random.Next(256)}.{random.Next(256)}").Truncate(random.Next(18, 30)))
                .ToList();
            var blocks = BlockChoice.Candidates(
                IPNetwork.Parse("10.0.0.0/18"), 26, $"host{round}", block => obstacles.Where(obstacle => obstacle.Overlaps(block)).Cast<IPNetwork?>().FirstOrDefault()).ToList();
            var free = Enumerable.Range(0, 256)
                .Select(index => new IPNetwork(IPAddress.Parse("10.0.0.0").Plus((UInt128)(index * 64)), 26))
                .Where(block => !obstacles.Exists(obstacle => obstacle.Overlaps(block)));

            Assert.Equal(free, blocks.OrderBy(block => block.BaseAddress.ToBits()));
        }
    }

    [Fact]
    public void The_start_is_Calicos_hash_of_the_host() => Assert.Equal(0x050c5d7eu, BlockChoice.Hash("a")); // FNV-1 test vector
}
