using System.Net;
using Calico.Ipam;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Tests.Support;

namespace Calico.Tests.Ipam;

/// <summary>Addresses that a host keeps for the time when the store is away, and those that it keeps for who will ask for them.</summary>
public abstract class ReserveTests(StorePlace place) : EachStore(place)
{
    private IpamFixture Fixture => field ??= new(Store);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_with_no_block_reserves_nothing_and_one_with_a_block_the_end_of_it_once()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/16");
        Assert.Empty(await KeepAsync("a", 4));

        var first = await Fixture.AssignOneAsync("a", "w0");
        var reserved = await KeepAsync("a", 4);

        Assert.Equal(4, reserved.Count);
        Assert.Equal(reserved, await KeepAsync("a", 4));
        Assert.Equal(5, (await Fixture.AuditAsync()).Count);
        var next = await Fixture.AssignOneAsync("a", "w1");
        Assert.Equal(first.GetAddressBytes()[3] + 1, next.GetAddressBytes()[3]);
        Assert.DoesNotContain(next, reserved);
    }

    [Fact]
    public async Task An_address_that_was_released_last_is_not_reserved()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/26");
        await Fixture.AssignOneAsync("a", "w0");
        var named = IPAddress.Parse("10.0.0.7");
        Assert.IsType<AssignOutcome.Assigned>(await Fixture.Ipam.AssignAddressAsync(named, new() { Host = "a", HandleId = "w1" }, Cancellation));
        await Fixture.Ipam.ReleaseByHandleAsync("w1", Cancellation);

        Assert.Equal(["10.0.0.60", "10.0.0.61", "10.0.0.62", "10.0.0.63"], (await KeepAsync("a", 4)).Select(address => $"{address}").Order());
    }

    [Fact]
    public async Task What_is_kept_back_is_had_by_name_alone_and_free_again_when_it_is_no_more()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/30", blockSize: 30);
        Fixture.Ipam.KeptBack = [IPAddress.Parse("10.0.0.0"), IPAddress.Parse("10.0.0.2"), IPAddress.Parse("10.0.0.3")];

        var only = await Fixture.AssignOneAsync("a", "h1");
        var refused = await Fixture.RefusedAsync(new() { Host = "a", HandleId = "h2" });
        var named = await Fixture.Ipam.AssignAddressAsync(IPAddress.Parse("10.0.0.2"), new() { Host = "a", HandleId = "h3" }, Cancellation);
        Fixture.Ipam.KeptBack = [IPAddress.Parse("10.0.0.3")];
        var freed = await Fixture.AssignOneAsync("a", "h4");

        Assert.Equal("10.0.0.1", $"{only}");
        Assert.Equal(AssignFault.Exhausted, refused.Fault);
        Assert.IsType<AssignOutcome.Assigned>(named);
        Assert.Equal("10.0.0.0", $"{freed}");
    }

    [Theory]
    [InlineData("10.0.0.0/26", 26, 8)]
    [InlineData("10.0.0.0/28", 28, 2)]
    [InlineData("10.0.0.0/30", 30, 0)]
    [InlineData("10.0.0.1/32", 32, 0)]
    [InlineData("fd00::/122", 122, 8)]
    public async Task No_more_than_an_eighth_of_a_block_is_reserved(string pool, int size, int expected)
    {
        await Fixture.AddPoolAsync("p", pool, size);
        var isIPv4 = !pool.Contains(':', StringComparison.Ordinal);
        await Fixture.AssignAsync(new() { Host = "a", HandleId = "w", IPv4 = isIPv4 ? 1 : 0, IPv6 = isIPv4 ? 0 : 1 });

        Assert.Equal(expected, (await KeepAsync("a", 8)).Count);
    }

    [Fact]
    public async Task A_block_that_is_half_full_gives_nothing_to_the_reserve()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/26");
        await Fixture.AssignAsync(new() { Host = "a", HandleId = "w", IPv4 = 32 });

        Assert.Empty(await KeepAsync("a", 8));
    }

    [Fact]
    public async Task No_other_host_is_ever_given_a_reserved_address_nor_takes_its_block_over()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/26");
        await Fixture.AssignOneAsync("a", "w0");
        var reserved = await KeepAsync("a", 8);
        await Fixture.Ipam.ReleaseByHandleAsync("w0", Cancellation);

        var others = await Fixture.AssignAsync(new() { Host = "b", HandleId = "greedy", IPv4 = 56 });

        Assert.Empty(others.Select(other => other.Address).Intersect(reserved));
        Assert.Equal(AssignFault.Exhausted, (await Fixture.RefusedAsync(new() { Host = "b", HandleId = "more" })).Fault);
        var byName = await Fixture.Ipam.AssignAddressAsync(reserved[0], new() { Host = "b", HandleId = "more" }, Cancellation);
        Assert.Equal(AssignFault.InUse, Assert.IsType<AssignOutcome.Refused>(byName).Fault);
    }

    [Fact]
    public async Task A_reserved_address_becomes_a_workloads_with_both_handles_right_and_again_is_as_good()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/26");
        await Fixture.AssignOneAsync("a", "w0");
        var reserved = await KeepAsync("a", 2);

        for (var time = 0; time < 2; time++)
            Assert.IsType<ReassignOutcome.Done>(await ReassignAsync(reserved[0], "w1"));

        var used = await Fixture.AuditAsync();
        Assert.Equal("w1", used[reserved[0]]);
        Assert.Equal(IpamClient.ReserveHandle("a"), used[reserved[1]]);
        Assert.IsType<ReassignOutcome.OfAnother>(await ReassignAsync(reserved[0], "w2"));
        await Fixture.Ipam.ReleaseByHandleAsync("w1", Cancellation);
        Assert.IsType<ReassignOutcome.NotAssigned>(await ReassignAsync(reserved[0], "w3"));
    }

    [Fact]
    public async Task The_reserve_is_no_leak_goes_with_its_host_and_is_given_back_when_it_is_not_wanted()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/26");
        await Fixture.AddNodeAsync("a");
        await Fixture.AssignOneAsync("a", "w0");
        await KeepAsync("a", 8);
        Assert.Single((await CheckAsync()).Leaks);

        Assert.Empty(await KeepAsync("a", 0));
        Assert.Single(await Fixture.AuditAsync());

        await KeepAsync("a", 8);
        await Fixture.Ipam.ReleaseHostAsync("a", Cancellation);
        Assert.Empty(await Fixture.AuditAsync());
    }

    private Task<IReadOnlyList<IPAddress>> KeepAsync(string host, int size) => Fixture.Ipam.KeepReserveAsync(host, size, Cancellation);

    private Task<ReassignOutcome> ReassignAsync(IPAddress address, string to) =>
        Fixture.Ipam.ReassignAsync(address, IpamClient.ReserveHandle("a"), new() { Host = "a", HandleId = to }, Cancellation);

    private async Task<IpamFindings> CheckAsync()
    {
        var inventory = await IpamInventory.ReadAsync(Store, Fixture.Resources, Cancellation);
        var nodes = await Fixture.Resources.ListAsync<NodeSpec>(Kinds.Node, Cancellation);
        return new IpamCheck(inventory, [], nodes.Items, TimeProvider.System.GetUtcNow().AddHours(1)).Run();
    }
}
