using System.Net;
using Calico.Netlink.Routing;

namespace Calico.Lab.Tests.Netlink;

public sealed class RouteMonitorTests : IDisposable
{
    private readonly FreshNamespace _host = new();
    private readonly FreshNamespace _other = new();

    [Fact]
    public async Task It_hears_of_what_others_do()
    {
        using var monitor = RouteMonitor.Open(RouteTopics.Links | RouteTopics.Addresses | RouteTopics.Routes | RouteTopics.Neighbours, _host.Network);
        _host.Wire("v0", _other, "v1");
        _host.Ip("address add 192.0.2.1/24 dev v0");
        _host.Ip("route add 10.0.0.0/8 via 192.0.2.2 proto bird");
        _host.Ip("neigh add 192.0.2.9 lladdr ee:ee:ee:ee:ee:ee dev v0");
        _host.Ip("route del 10.0.0.0/8");
        _host.Ip("link del v0");

        var heard = new List<RouteEvent>();
        await foreach (var happened in monitor.ReadAsync(TestContext.Current.CancellationToken))
        {
            heard.Add(happened);
            if (happened is RouteEvent.LinkRemoved { Link.Name: "v0" })
                break;
        }

        Assert.Contains(heard, e => e is RouteEvent.LinkChanged { Link: { Name: "v0", IsUp: true } });
        Assert.Contains(heard, e => e is RouteEvent.AddressChanged { Address.PrefixLength: 24 });
        Assert.Contains(heard, e => e is RouteEvent.RouteChanged { Route.Protocol: RouteProtocols.Bird });
        Assert.Contains(heard, e => e is RouteEvent.RouteRemoved { Route.Protocol: RouteProtocols.Bird });
        Assert.Contains(heard, e => e is RouteEvent.NeighbourChanged { Neighbour.HardwareAddress: not null });
    }

    [Fact]
    public async Task When_changes_come_too_fast_it_says_so_and_goes_on()
    {
        using var monitor = RouteMonitor.Open(RouteTopics.Routes, _host.Network);
        var link = _host.Wire("v0", _other, "v1");
        var routes = Enumerable.Range(0, 40_000).Select(i => RouteChange.Put(Route.Direct(new IPNetwork(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 32), link)));
        _host.Route.Routes.Apply([.. routes]);

        var sawOverflow = false;
        await foreach (var happened in monitor.ReadAsync(TestContext.Current.CancellationToken))
        {
            sawOverflow |= happened is RouteEvent.Overflow;
            if (sawOverflow)
                break;
        }

        _host.Route.Routes.Put(Route.Blackhole(IPNetwork.Parse("10.255.0.0/16")));
        await foreach (var happened in monitor.ReadAsync(TestContext.Current.CancellationToken))
        {
            if (happened is RouteEvent.RouteChanged { Route.Kind: RouteKind.Blackhole })
                break;
        }

        Assert.True(sawOverflow);
    }

    [Fact]
    public async Task Cancelling_ends_it()
    {
        using var monitor = RouteMonitor.Open(RouteTopics.Links, _host.Network);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in monitor.ReadAsync(cancellation.Token))
            {
            }
        });
    }

    public void Dispose()
    {
        _other.Dispose();
        _host.Dispose();
    }
}
