using System.Net;
using Calico.Datastore;
using Calico.Ipam;
using Calico.Model.Addresses;
using Calico.Model.Resources.Specs;
using Calico.Model.Store;
using Calico.Tests.Support;

namespace Calico.Tests.Ipam;

public abstract class IpamClientTests(StorePlace place) : EachStore(place)
{
    private IpamFixture Fixture => field ??= new(Store);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_address_is_the_first_of_a_block_that_is_then_the_hosts()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/16");

        var first = Assert.Single(await Fixture.AssignAsync(new() { Host = "a", HandleId = "h1", Attributes = new([new("endpoint", "e1")]) }));
        var second = await Fixture.AssignOneAsync("a", "h2");

        Assert.Equal(first.Block.BaseAddress, first.Address);
        Assert.Equal((26, "10.0.0.0/16"), (first.Block.PrefixLength, $"{first.Pool}"));
        Assert.Equal(first.Address.Plus(1), second);
        Assert.NotNull(await Store.GetAsync(StoreKeys.Affinity("a", first.Block), Cancellation));
        var owner = await Fixture.Ipam.OwnerOfAsync(first.Address, Cancellation);
        Assert.Equal(("h1", "a", "e1", "a"), (owner?.HandleId, owner?.BlockHost, owner?.Attributes["endpoint"], owner?.Node));
        Assert.NotNull(owner?.Since);
        await Fixture.AuditAsync();
    }

    [Fact]
    public async Task An_allocation_from_a_held_block_is_one_commit()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/16");
        await Fixture.AssignOneAsync("a", "h1");
        var before = (await Store.ListAsync("/", Cancellation)).Revision;

        await Fixture.AssignOneAsync("a", "h2");

        Assert.Equal(before + 1, (await Store.ListAsync("/", Cancellation)).Revision);
    }

    [Fact]
    public async Task Hosts_have_blocks_of_their_own_and_keep_them_over_a_restart()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/16");
        var a = Assert.Single(await Fixture.AssignAsync(new() { Host = "a", HandleId = "h1" }));
        var b = Assert.Single(await Fixture.AssignAsync(new() { Host = "b", HandleId = "h2" }));
        Fixture.Restart();

        var again = Assert.Single(await Fixture.AssignAsync(new() { Host = "a", HandleId = "h3" }));

        Assert.NotEqual(a.Block, b.Block);
        Assert.Equal(a.Block, again.Block);
    }

    [Fact]
    public async Task Both_families_are_given_together_or_not_at_all()
    {
        await Fixture.AddPoolAsync("p4", "10.0.0.0/16");
        var refused = await Fixture.RefusedAsync(new() { Host = "a", HandleId = "h", IPv6 = 1 });
        Assert.Equal(AssignFault.NoPools, refused.Fault);
        Assert.Empty(await Fixture.AuditAsync());

        await Fixture.AddPoolAsync("p6", "fd80:24e2:f998:72d6::/112");
        var both = await Fixture.AssignAsync(new() { Host = "a", HandleId = "h", IPv6 = 1 });

        Assert.Equal([true, false], both.Select(assigned => assigned.Address.IsIPv4));
        Assert.Equal(122, both[1].Block.PrefixLength);
        Assert.Equal(2, (await Fixture.Ipam.ReleaseByHandleAsync("h", Cancellation)).Count);
        Assert.Empty(await Fixture.AuditAsync());
    }

    [Fact]
    public async Task Without_a_pool_the_message_says_what_to_do()
    {
        var none = await Fixture.RefusedAsync(new() { Host = "a", HandleId = "h" });
        await Fixture.AddPoolAsync("elsewhere", "10.0.0.0/16", nodeSelector: "rack == 'r2'");
        var notHere = await Fixture.RefusedAsync(new() { Host = "a", HandleId = "h" });

        Assert.StartsWith("no configured Calico pools for node a: there is no IPv4 pool; create one", none.Message, StringComparison.Ordinal);
        Assert.Contains("elsewhere 10.0.0.0/16, but none is enabled and selects this node", notHere.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_serves_the_nodes_that_its_selector_selects_and_whoever_asks_for_it()
    {
        await Fixture.AddNodeAsync("a", labels: new([new("rack", "r1")]));
        await Fixture.AddPoolAsync("one", "10.1.0.0/16", nodeSelector: "rack == 'r2'");
        await Fixture.AddPoolAsync("two", "10.2.0.0/16", nodeSelector: "rack == 'r1'");

        Assert.StartsWith("10.2.", $"{await Fixture.AssignOneAsync("a", "h1")}", StringComparison.Ordinal);
        var asked = await Fixture.AssignAsync(new() { Host = "a", HandleId = "h2", Pools = [IPNetwork.Parse("10.1.0.0/16")] });
        Assert.StartsWith("10.1.", $"{asked[0].Address}", StringComparison.Ordinal);
        var unknown = await Fixture.RefusedAsync(new() { Host = "a", HandleId = "h3", Pools = [IPNetwork.Parse("10.3.0.0/16")] });
        Assert.StartsWith("the given pool (10.3.0.0/16) does not exist, or is not enabled", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manual_pool_serves_only_who_asks_for_it_or_for_an_address_of_it()
    {
        await Fixture.AddPoolAsync(new() { Cidr = IPNetwork.Parse("10.1.0.0/16"), AssignmentMode = AssignmentMode.Manual }, "one");

        var refused = await Fixture.RefusedAsync(new() { Host = "a", HandleId = "h1" });
        var asked = await Fixture.AssignAsync(new() { Host = "a", HandleId = "h2", Pools = [IPNetwork.Parse("10.1.0.0/16")] });
        var named = await Fixture.Ipam.AssignAddressAsync(IPAddress.Parse("10.1.9.9"), new() { Host = "a", HandleId = "h3" }, Cancellation);

        Assert.Contains("one 10.1.0.0/16 (manual)", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("10.1.", $"{asked[0].Address}", StringComparison.Ordinal);
        Assert.IsType<AssignOutcome.Assigned>(named);
    }

    [Fact]
    public async Task A_pool_that_is_not_for_workloads_gives_them_nothing()
    {
        await Fixture.AddPoolAsync(new() { Cidr = IPNetwork.Parse("10.1.0.0/16"), AllowedUses = [PoolUse.Tunnel] }, "one");

        Assert.Equal(AssignFault.NoPools, (await Fixture.RefusedAsync(new() { Host = "a", HandleId = "h1" })).Fault);
        Assert.Equal(AssignFault.NoSuchPool, (await Fixture.RefusedAsync(new() { Host = "a", HandleId = "h1", Pools = [IPNetwork.Parse("10.1.0.0/16")] })).Fault);
        var named = await Fixture.Ipam.AssignAddressAsync(IPAddress.Parse("10.1.9.9"), new() { Host = "a", HandleId = "h3" }, Cancellation);
        Assert.Equal(AssignFault.NotInPool, Assert.IsType<AssignOutcome.Refused>(named).Fault);
    }

    [Fact]
    public async Task What_is_reserved_goes_only_to_who_asks_for_it_by_name()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/28", blockSize: 30);
        await Fixture.ReserveAsync("10.0.0.0/29", "10.0.0.8/31", "10.0.0.12", "10.0.0.13", "10.0.0.14", "10.0.0.15");

        Assert.Equal(["10.0.0.10", "10.0.0.11"], [$"{await Fixture.AssignOneAsync("a", "h1")}", $"{await Fixture.AssignOneAsync("a", "h2")}"]);
        var refused = await Fixture.RefusedAsync(new() { Host = "a", HandleId = "h3" });
        var named = await Fixture.Ipam.AssignAddressAsync(IPAddress.Parse("10.0.0.8"), new() { Host = "a", HandleId = "h4" }, Cancellation);

        Assert.Contains("IPReservations keep 10.0.0.0/29 back", refused.Message, StringComparison.Ordinal);
        Assert.IsType<AssignOutcome.Assigned>(named);
        Assert.Equal(3, (await Fixture.AuditAsync()).Count);
    }

    [Fact]
    public async Task A_pool_that_was_disabled_gives_no_more_even_from_a_block_that_is_held()
    {
        var pool = await Fixture.AddPoolAsync("p", "10.0.0.0/16");
        await Fixture.AssignOneAsync("a", "h1");
        await Fixture.Resources.UpdateAsync(pool with { Spec = pool.Spec with { Disabled = true } }, Cancellation);

        var refused = await Fixture.RefusedAsync(new() { Host = "a", HandleId = "h2" });

        Assert.Equal(AssignFault.NoPools, refused.Fault);
        Assert.Contains("p 10.0.0.0/16 (disabled)", refused.Message, StringComparison.Ordinal);
        Assert.Single(await Fixture.AuditAsync());
    }

    [Fact]
    public async Task No_block_overlaps_a_subnet_that_a_host_is_on()
    {
        await Fixture.AddNodeAsync("a", "10.0.0.77/25");
        await Fixture.AddPoolAsync("p", "10.0.0.0/24");

        var given = await Fixture.AssignAsync(new() { Host = "a", HandleId = "h", IPv4 = 128 });
        var more = await Fixture.RefusedAsync(new() { Host = "b", HandleId = "h2" });
        var forced = await Fixture.Ipam.AssignAddressAsync(IPAddress.Parse("10.0.0.5"), new() { Host = "a", HandleId = "h3" }, Cancellation);

        Assert.All(given, assigned => Assert.True(IPNetwork.Parse("10.0.0.128/25").Contains(assigned.Address)));
        Assert.Contains("what overlaps the subnet 10.0.0.0/25 of host a is not used", more.Message, StringComparison.Ordinal);
        Assert.Contains("overlaps the subnet 10.0.0.0/25 of host a", Assert.IsType<AssignOutcome.Refused>(forced).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_block_that_came_to_overlap_a_hosts_subnet_gives_no_new_address()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/25");
        var before = Assert.Single(await Fixture.AssignAsync(new() { Host = "a", HandleId = "h1" }));
        await Fixture.AddNodeAsync("new", $"{before.Block.BaseAddress.Plus(9)}/26");
        Fixture.Restart();

        var after = Assert.Single(await Fixture.AssignAsync(new() { Host = "a", HandleId = "h2" }));

        Assert.NotEqual(before.Block, after.Block);
    }

    [Fact]
    public async Task A_full_pool_lends_from_other_hosts_blocks_and_then_says_which_pools_are_full()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/29", blockSize: 30);
        await Fixture.AssignAsync(new() { Host = "a", HandleId = "h1", IPv4 = 2 });
        await Fixture.AssignAsync(new() { Host = "b", HandleId = "h2", IPv4 = 2 });

        var borrowed = await Fixture.AssignAsync(new() { Host = "c", HandleId = "h3", IPv4 = 4 });
        var full = await Fixture.RefusedAsync(new() { Host = "c", HandleId = "h4" });

        Assert.Equal(8, (await Fixture.AuditAsync()).Count);
        Assert.All(borrowed, assigned => Assert.Equal(30, assigned.Block.PrefixLength));
        Assert.Equal(AssignFault.Exhausted, full.Fault);
        Assert.StartsWith("Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.0.0.0/29]", full.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pool_of_one_address_gives_it_and_then_says_that_it_is_full()
    {
        await Fixture.AddPoolAsync("one", "10.9.9.9/32", blockSize: 32);
        await Fixture.AddPoolAsync("six", "fd00::9/128", blockSize: 128);

        var given = await Fixture.AssignAsync(new() { Host = "a", HandleId = "first", IPv6 = 1 });
        var refused = await Fixture.RefusedAsync(new() { Host = "b", HandleId = "second" });

        Assert.Equal(["10.9.9.9", "fd00::9"], given.Select(assigned => $"{assigned.Address}"));
        Assert.Contains("No IPs available in pools: [10.9.9.9/32]", refused.Message, StringComparison.Ordinal);
        await Fixture.Ipam.ReleaseByHandleAsync("first", Cancellation);
        Assert.Equal("10.9.9.9", $"{await Fixture.AssignOneAsync("a", "third")}");
    }

    [Fact]
    public async Task A_request_that_can_be_met_only_in_part_takes_nothing()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/29", blockSize: 30);

        await Fixture.RefusedAsync(new() { Host = "a", HandleId = "h", IPv4 = 9 });

        Assert.Empty(await Fixture.AuditAsync());
        Assert.Equal(8, (await Fixture.AssignAsync(new() { Host = "a", HandleId = "h", IPv4 = 8 })).Count);
    }

    [Fact]
    public async Task Strict_affinity_forbids_to_borrow()
    {
        await PutConfigurationAsync("""{"strict_affinity":true,"auto_allocate_blocks":true}""");
        await Fixture.AddPoolAsync("p", "10.0.0.0/30", blockSize: 30);
        var a = await Fixture.AssignOneAsync("a", "h1");

        var refused = await Fixture.RefusedAsync(new() { Host = "b", HandleId = "h2" });
        var forced = await Fixture.Ipam.AssignAddressAsync(a.Plus(1), new() { Host = "b", HandleId = "h2" }, Cancellation);

        Assert.Contains("No more free affine blocks and strict affinity enabled", refused.Message, StringComparison.Ordinal);
        Assert.Equal(AssignFault.StrictAffinity, Assert.IsType<AssignOutcome.Refused>(forced).Fault);
    }

    [Fact]
    public async Task A_host_takes_no_more_blocks_than_it_may()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/24", blockSize: 30);

        Assert.Equal(80, (await Fixture.AssignAsync(new() { Host = "a", HandleId = "h1", IPv4 = 80 })).Count);
        var refused = await Fixture.RefusedAsync(new() { Host = "a", HandleId = "h2" });

        Assert.Equal(AssignFault.BlockLimit, refused.Fault);
        Assert.Contains("limit of 20 blocks reached for this node", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_asked_for_is_given_once_and_then_its_owner_is_named()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/16");
        var address = IPAddress.Parse("10.0.7.9");
        var request = new AssignRequest { Host = "a", HandleId = "h1", Attributes = new([new("endpoint", "e1")]) };

        var given = await Fixture.Ipam.AssignAddressAsync(address, request, Cancellation);
        var again = await Fixture.Ipam.AssignAddressAsync(address, request with { Host = "b", HandleId = "h2" }, Cancellation);
        var outside = await Fixture.Ipam.AssignAddressAsync(IPAddress.Parse("10.9.0.1"), request, Cancellation);

        Assert.Equal(address, Assert.Single(Assert.IsType<AssignOutcome.Assigned>(given).Addresses).Address);
        var inUse = Assert.IsType<AssignOutcome.Refused>(again);
        Assert.Equal(AssignFault.InUse, inUse.Fault);
        Assert.Contains("10.0.7.9 is in use by handle h1, endpoint e1 on node a", inUse.Message, StringComparison.Ordinal);
        Assert.Equal(
            (AssignFault.NotInPool, "The provided IP address is not in a configured pool: 10.9.0.1; the IPv4 pools are p 10.0.0.0/16"),
            (Assert.IsType<AssignOutcome.Refused>(outside).Fault, ((AssignOutcome.Refused)outside).Message));
        Assert.Equal(address.Truncate(26).BaseAddress, await Fixture.AssignOneAsync("a", "h3"));
        await Fixture.AuditAsync();
    }

    [Fact]
    public async Task A_released_address_goes_behind_those_that_are_free()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/30", blockSize: 30);
        var first = await Fixture.AssignOneAsync("a", "h1");

        Assert.IsType<ReleaseOutcome.Released>(await Fixture.Ipam.ReleaseAsync(first, "h1", Cancellation));
        Assert.IsType<ReleaseOutcome.NotAssigned>(await Fixture.Ipam.ReleaseAsync(first, "h1", Cancellation));
        var next = new[] { await Fixture.AssignOneAsync("a", "h2"), await Fixture.AssignOneAsync("a", "h3"), await Fixture.AssignOneAsync("a", "h4") };

        Assert.Equal([first.Plus(1), first.Plus(2), first.Plus(3)], next);
        Assert.Equal(first, await Fixture.AssignOneAsync("a", "h5"));
        await Fixture.AuditAsync();
    }

    [Fact]
    public async Task A_late_release_leaves_the_new_owner_alone()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/16");
        var address = await Fixture.AssignOneAsync("a", "new");

        var outcome = await Fixture.Ipam.ReleaseAsync(address, "old", Cancellation);

        Assert.Equal("new", Assert.IsType<ReleaseOutcome.OfAnother>(outcome).Owner.HandleId);
        Assert.NotNull(await Fixture.Ipam.OwnerOfAsync(address, Cancellation));
    }

    [Fact]
    public async Task A_handle_releases_all_its_addresses_in_all_blocks()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/24", blockSize: 30);
        await Fixture.AssignAsync(new() { Host = "a", HandleId = "many", IPv4 = 30 });
        await Fixture.AssignOneAsync("a", "one");

        Assert.Equal(30, (await Fixture.Ipam.ReleaseByHandleAsync("many", Cancellation)).Count);
        Assert.Empty(await Fixture.Ipam.ReleaseByHandleAsync("many", Cancellation));
        Assert.Equal(["one"], (await Fixture.AuditAsync()).Values);
    }

    [Fact]
    public async Task An_address_is_released_after_its_pool_is_gone()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/24", blockSize: 29);
        var address = await Fixture.AssignOneAsync("a", "h");
        await Fixture.Resources.DeleteAsync(new(Calico.Model.Resources.Kinds.IPPool, null, "p"), null, Cancellation);
        Fixture.Restart();

        Assert.IsType<ReleaseOutcome.Released>(await Fixture.Ipam.ReleaseAsync(address, null, Cancellation));
    }

    [Fact]
    public async Task A_host_that_is_gone_leaves_nothing_but_what_others_borrowed()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/29", blockSize: 30);
        await Fixture.AssignAsync(new() { Host = "a", HandleId = "h1", IPv4 = 7 });
        var borrowed = await Fixture.AssignOneAsync("b", "h2");

        var released = await Fixture.Ipam.ReleaseHostAsync("a", Cancellation);

        Assert.Equal(new HostRelease(7, 2), released);
        Assert.Equal(borrowed, Assert.Single(await Fixture.AuditAsync()).Key);
        await Fixture.Ipam.ReleaseAsync(borrowed, "h2", Cancellation);
        Assert.Empty((await Store.ListAsync(StoreKeys.Blocks, Cancellation)).Items);
    }

    [Fact]
    public async Task Claims_that_were_left_half_made_are_settled()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/16");
        var taken = Assert.Single(await Fixture.AssignAsync(new() { Host = "b", HandleId = "h1" }));
        await PutAsync(StoreKeys.Affinity("a", taken.Block), """{"state":"pending","deleted":false}""");
        await PutAsync(StoreKeys.Affinity("a", IPNetwork.Parse("10.0.99.0/26")), """{"state":"pending","deleted":false}""");

        await Fixture.AssignOneAsync("a", "h2");

        await Fixture.AuditAsync();
    }

    [Fact]
    public async Task An_empty_block_of_another_host_is_taken_over_only_after_a_minute()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/30", blockSize: 30);
        var address = await Fixture.AssignOneAsync("a", "h1");
        await Fixture.Ipam.ReleaseAsync(address, null, Cancellation);

        var borrowed = Assert.Single(await Fixture.AssignAsync(new() { Host = "b", HandleId = "h2" }));
        Assert.Equal("a", (await Fixture.Ipam.OwnerOfAsync(borrowed.Address, Cancellation))?.BlockHost);
        await Fixture.Ipam.ReleaseAsync(borrowed.Address, null, Cancellation);

        var key = StoreKeys.Block(borrowed.Block);
        var block = (Block)Calico.Datastore.Resources.StoreCodec.Read(
            new StoreName.OfBlock(borrowed.Block), await Store.GetAsync(key, Cancellation) ?? throw new InvalidOperationException());
        await Store.CommitAsync([StoreWrite.Put(key, Calico.Datastore.Resources.StoreCodec.Write(block with { SequenceNumber = 5 }))], Cancellation);
        var taken = Assert.Single(await Fixture.AssignAsync(new() { Host = "b", HandleId = "h3" }));

        Assert.Equal("b", (await Fixture.Ipam.OwnerOfAsync(taken.Address, Cancellation))?.BlockHost);
        await Fixture.AuditAsync();
    }

    [Fact]
    public async Task A_store_that_is_away_is_an_error_and_leaves_nothing()
    {
        await Fixture.AddPoolAsync("p", "10.0.0.0/16");
        var faulty = new Datastore.FaultyStore(Store);
        var ipam = IpamFixture.NewClient(faulty);
        faulty.Fail("etcd at http://192.0.2.1:2379: no answer within 3 s");

        var error = await Assert.ThrowsAsync<DatastoreException>(() => ipam.AssignAsync(new() { Host = "a", HandleId = "h" }, Cancellation));

        Assert.Contains("192.0.2.1", error.Message, StringComparison.Ordinal);
        Assert.Empty(await Fixture.AuditAsync());
        faulty.Heal();
        Assert.IsType<AssignOutcome.Assigned>(await ipam.AssignAsync(new() { Host = "a", HandleId = "h" }, Cancellation));
    }

    private Task<CommitResult> PutConfigurationAsync(string json) => PutAsync(StoreKeys.IpamConfiguration, json);

    private Task<CommitResult> PutAsync(string key, string json) =>
        Store.CommitAsync([StoreWrite.Put(key, System.Text.Encoding.UTF8.GetBytes(json))], Cancellation);
}
