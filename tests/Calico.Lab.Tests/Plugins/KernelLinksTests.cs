using System.Net;
using System.Net.NetworkInformation;
using Calico.Lab.Tests.Netlink;
using Calico.Netlink;
using Calico.Plugins.Attaching;

namespace Calico.Lab.Tests.Plugins;

/// <summary>The links of workloads in a real kernel, looked at with iproute2.</summary>
public sealed class KernelLinksTests
{
    private static readonly IPNetwork Address = IPNetwork.Parse("192.168.0.5/32"), Address6 = IPNetwork.Parse("fd00::5/128");

    private static VethPair Pair(WorkloadSetup? setup = null) => new()
    {
        HostSide = "cali0b7f49da20a",
        WorkloadSide = setup is null ? "temp0b7f49da20a" : "cali0",
        Mac = PhysicalAddress.Parse("ee:ee:ee:ee:ee:ee"),
        Mtu = 1400,
        Setup = setup,
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task For_docker_both_ends_stay_in_the_host_and_only_the_hosts_end_is_up()
    {
        using var host = new FreshNamespace();
        var links = new KernelLinks(host.Network);

        await links.CreateAsync(Pair(), Cancellation);

        Assert.True(host.Route.Links.Find("cali0b7f49da20a")?.IsUp);
        var workload = host.Route.Links.Find("temp0b7f49da20a");
        Assert.False(workload?.IsUp);
        Assert.Equal(1400, workload?.Mtu);
        Assert.Equal("EEEEEEEEEEEE", workload?.HardwareAddress.ToString());
        Assert.Equal(["cali0b7f49da20a"], await links.ListAsync(Cancellation));
    }

    [Fact]
    public async Task In_a_namespace_there_are_the_address_and_exactly_the_two_routes()
    {
        using var host = new FreshNamespace();
        using var workload = new FreshNamespace();

        await new KernelLinks(host.Network).CreateAsync(
            Pair(new($"/run/netns/{workload.Name}", [Address], [IPAddress.Parse("169.254.1.1")])), Cancellation);

        Assert.Equal("default via 169.254.1.1 dev cali0 169.254.1.1 dev cali0 scope link", workload.Ip("route"));
        Assert.Contains("inet 192.168.0.5/32 scope global cali0", workload.Ip("-4 addr show dev cali0"));
        Assert.Contains("link/ether ee:ee:ee:ee:ee:ee", workload.Ip("link show dev cali0"));
    }

    [Fact]
    public async Task With_ipv6_the_next_hop_is_on_the_hosts_end_and_answers_at_once()
    {
        using var host = new FreshNamespace();
        using var workload = new FreshNamespace();
        var nextHop = IPAddress.Parse("fe80::1");
        var setup = new WorkloadSetup($"/run/netns/{workload.Name}", [Address, Address6], [IPAddress.Parse("169.254.1.1"), nextHop]);

        await new KernelLinks(host.Network).CreateAsync(Pair(setup) with { LinkLocal = nextHop }, Cancellation);

        Assert.Contains("default via fe80::1 dev cali0", workload.Ip("-6 route"));
        Assert.Contains("inet6 fd00::5/128 scope global", workload.Ip("-6 addr show dev cali0"));
        Assert.DoesNotContain("tentative", host.Ip("-6 addr show to fe80::1"));
        host.Ip("-6 route add fd00::5 dev cali0b7f49da20a"); // the dataplane's part
        workload.Run("/usr/bin/ping", "-c", "1", "-W", "2", "-I", "cali0", "fe80::1");
    }

    [Fact]
    public async Task A_namespace_that_is_gone_is_an_error_that_names_it_and_leaves_no_link()
    {
        using var host = new FreshNamespace();
        var links = new KernelLinks(host.Network);

        var error = await Assert.ThrowsAsync<NetlinkException>(
            () => links.CreateAsync(Pair(new("/run/netns/calnl-gone", [Address], [])), Cancellation));

        Assert.Contains("/run/netns/calnl-gone", error.Message);
        Assert.Empty(await links.ListAsync(Cancellation));
    }

    [Fact]
    public async Task What_the_kernel_refuses_halfway_leaves_no_link()
    {
        using var host = new FreshNamespace();
        using var workload = new FreshNamespace();
        var links = new KernelLinks(host.Network);

        // By then the link is there and has its first address; no interface may own a multicast one (EADDRNOTAVAIL).
        var multicast = new WorkloadSetup($"/run/netns/{workload.Name}", [Address, IPNetwork.Parse("ff02::1/128")], []);

        await Assert.ThrowsAsync<NetlinkException>(() => links.CreateAsync(Pair(multicast), Cancellation));

        Assert.Empty(await links.ListAsync(Cancellation));
        Assert.Null(workload.Route.Links.Find("cali0"));
    }

    [Fact]
    public async Task A_link_that_is_there_is_not_taken_over()
    {
        using var host = new FreshNamespace();
        var links = new KernelLinks(host.Network);
        await links.CreateAsync(Pair(), Cancellation);

        await Assert.ThrowsAsync<NetlinkException>(() => links.CreateAsync(Pair(), Cancellation));

        Assert.Single(await links.ListAsync(Cancellation));
    }

    [Fact]
    public async Task Deleting_may_be_repeated()
    {
        using var host = new FreshNamespace();
        var links = new KernelLinks(host.Network);
        await links.CreateAsync(Pair(), Cancellation);

        await links.DeleteAsync("cali0b7f49da20a", Cancellation);
        await links.DeleteAsync("cali0b7f49da20a", Cancellation);

        Assert.Null(host.Route.Links.Find("temp0b7f49da20a"));
    }

    [Fact]
    public async Task A_link_is_gone_with_its_routes_when_deleting_returns_also_of_many_at_once()
    {
        using var host = new FreshNamespace();
        var links = new KernelLinks(host.Network);
        string[] names = [.. Enumerable.Range(1, 20).Select(number => $"cali{number:d11}")];
        foreach (var name in names)
            await links.CreateAsync(Pair() with { HostSide = name, WorkloadSide = name.Replace("cali", "temp", StringComparison.Ordinal) }, Cancellation);
        for (var number = 0; number < names.Length; number++)
            host.Ip($"route add 192.168.0.{number} dev {names[number]}");

        await Task.WhenAll(names.Select(async name =>
        {
            await links.DeleteAsync(name, Cancellation);
            Assert.Null(host.Route.Links.Find(name));
        }));

        Assert.Empty(await links.ListAsync(Cancellation));
        Assert.Equal("", host.Ip("route"));
    }
}
