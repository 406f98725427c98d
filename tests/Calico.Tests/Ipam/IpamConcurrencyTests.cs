using System.Net;
using Calico.Checker.Faults;
using Calico.Datastore;
using Calico.Datastore.Memory;
using Calico.Datastore.Sqlite;
using Calico.Ipam;
using Calico.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Ipam;

/// <summary>Many hosts at once on one store: no address is anybody's twice, and the books close.</summary>
public sealed class IpamConcurrencyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("memory", 12, 60)]
    [InlineData("sqlite", 4, 15)]
    [InlineData("etcd", 6, 15)]
    public async Task Hosts_that_allocate_and_release_at_once_share_no_address(string kind, int hosts, int rounds)
    {
        Assert.SkipUnless(kind != "etcd" || EtcdCluster.IsInstalled, "etcd is not installed: ./dev provision");
        await using var etcd = kind == "etcd" ? await EtcdCluster.StartAsync(1) : null;
        await using var store = etcd?.Open() ?? Open(kind);
        var fixture = new IpamFixture(store);
        await fixture.AddPoolAsync("p", "10.0.0.0/24", blockSize: 29); // 32 blocks of 8: hosts run out and borrow
        var owners = new Dictionary<IPAddress, string>();

        await Task.WhenAll(Enumerable.Range(0, hosts).Select(host => Task.Run(() => LiveAsync($"host{host}", new Random(host)), Cancellation)));

        Assert.Equal(owners.OrderBy(pair => $"{pair.Key}"), (await fixture.AuditAsync()).OrderBy(pair => $"{pair.Key}"));

        async Task LiveAsync(string host, Random random)
        {
            await using var own = etcd?.Open() ?? (kind == "sqlite" ? Open(kind) : null);
            var ipam = IpamFixture.NewClient(own ?? store);
            var handles = new List<string>();
            for (var round = 0; round < rounds; round++)
            {
                if (handles.Count > 0 && random.Next(3) == 0)
                {
                    var handle = handles[random.Next(handles.Count)];
                    handles.Remove(handle);
                    Forget(handle);
                    await ipam.ReleaseByHandleAsync(handle, Cancellation);
                }
                else
                {
                    var handle = $"{host}.{round}";
                    var outcome = await ipam.AssignAsync(new() { Host = host, HandleId = handle, IPv4 = random.Next(1, 4) }, Cancellation);
                    if (outcome is not AssignOutcome.Assigned assigned)
                        continue;

                    handles.Add(handle);
                    Record(handle, assigned);
                }
            }
        }

        void Record(string handle, AssignOutcome.Assigned assigned)
        {
            lock (owners)
            {
                foreach (var address in assigned.Addresses)
                    Assert.True(owners.TryAdd(address.Address, handle), $"{address.Address} was given twice: to {owners.GetValueOrDefault(address.Address)} and {handle}");
            }
        }

        void Forget(string handle)
        {
            lock (owners)
            {
                foreach (var address in owners.Where(pair => pair.Value == handle).Select(pair => pair.Key).ToList())
                    owners.Remove(address);
            }
        }
    }

    [Fact]
    public async Task Ten_hosts_that_want_the_last_three_blocks_give_each_to_one()
    {
        await using var store = new MemoryStore();
        var fixture = new IpamFixture(store);
        await fixture.AddPoolAsync("p", "10.0.0.0/28", blockSize: 30);
        await fixture.AssignAsync(new() { Host = "early", HandleId = "e", IPv4 = 4 });

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 14).Select(i =>
            Task.Run(() => IpamFixture.NewClient(store).AssignAsync(new() { Host = $"h{i % 10}", HandleId = $"w{i}" }, Cancellation), Cancellation)));

        Assert.Equal(12, outcomes.OfType<AssignOutcome.Assigned>().Count());
        Assert.All(outcomes.OfType<AssignOutcome.Refused>(), refused => Assert.Equal(AssignFault.Exhausted, refused.Fault));
        Assert.Equal(16, (await fixture.AuditAsync()).Count);
    }

    [Fact]
    public async Task Requests_of_one_host_that_wait_for_each_other_are_answered_with_few_commits()
    {
        await using var store = new HeldUpStore(new MemoryStore());
        var fixture = new IpamFixture(store);
        await fixture.AddPoolAsync("p", "10.0.0.0/24", blockSize: 24);

        var one = fixture.AssignOneAsync("a", "h0");
        var others = Enumerable.Range(1, 99).Select(i => fixture.AssignOneAsync("a", $"h{i}")).ToList();
        var again = fixture.Ipam.AssignAsync(new() { Host = "a", HandleId = "two", IPv4 = 2 }, Cancellation);
        store.Release();
        var addresses = await Task.WhenAll(others.Append(one));

        Assert.Equal(100, addresses.Distinct().Count());
        Assert.Equal(2, Assert.IsType<AssignOutcome.Assigned>(await again).Addresses.Count);
        Assert.Equal(102, (await fixture.AuditAsync()).Count);
        Assert.Equal(5, (await store.ListAsync("/", Cancellation)).Revision); // the pool, the first, 64, 35, and that of two
    }

    [Fact]
    public async Task One_that_gives_up_waiting_has_nothing_and_the_others_have_theirs()
    {
        await using var store = new HeldUpStore(new MemoryStore());
        var fixture = new IpamFixture(store);
        await fixture.AddPoolAsync("p", "10.0.0.0/24", blockSize: 24);
        using var impatience = new CancellationTokenSource();

        var one = fixture.AssignOneAsync("a", "h0");
        var impatient = fixture.Ipam.AssignAsync(new() { Host = "a", HandleId = "h1" }, impatience.Token);
        var another = fixture.AssignOneAsync("a", "h2");
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        store.Release();
        await Task.WhenAll(one, another);

        Assert.Equal(["h0", "h2"], (await fixture.AuditAsync()).Values.Order(StringComparer.Ordinal));
    }

    private IStore Open(string kind) => kind == "memory"
        ? new MemoryStore()
        : SqliteStore.Open(new() { Path = Path.Combine(_folder.Path, "calico.db"), Deadline = TimeSpan.FromSeconds(20) }, TimeProvider.System, NullLogger.Instance);
}
