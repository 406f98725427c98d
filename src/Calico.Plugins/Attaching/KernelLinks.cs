using System.Net;
using Calico.Model.Addresses;
using Calico.Model.Hosts;
using Calico.Netlink;
using Calico.Netlink.Routing;

namespace Calico.Plugins.Attaching;

/// <summary>Veth pairs in the kernel.</summary>
/// <param name="hostNamespace">The host's network namespace; null: this process's own.</param>
public sealed class KernelLinks(NetworkNamespace? hostNamespace = null) : IWorkloadLinks
{
    private const int LinkLocalPrefixLength = 64;

    public Task CreateAsync(VethPair pair, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var host = RouteSocket.Open(hostNamespace);
        using var inside = pair.Setup is { } setup ? NetworkNamespace.OpenPath(setup.NamespacePath) : null;
        var made = host.Links.CreateVeth(new NewVeth
        {
            Name = pair.HostSide,
            Mtu = pair.Mtu,
            Peer = new VethPeer { Name = pair.WorkloadSide, HardwareAddress = pair.Mac, Mtu = pair.Mtu, Namespace = inside },
        });
        if (!made)
            throw new NetlinkException($"make the link {pair.HostSide}", Errno.EEXIST, $"it or {pair.WorkloadSide} is there already");

        try
        {
            SetUpHostSide(host, pair);
            if (pair.Setup is not null && inside is not null)
                SetUpWorkloadSide(inside, pair.WorkloadSide, pair.Setup);
        }
        catch (NetlinkException)
        {
            host.Links.Delete(pair.HostSide);
            throw;
        }

        return Task.CompletedTask;
    }

    /// <remarks>
    /// The kernel answers a removal only when nothing of it can refer to the link any longer, some tens of milliseconds after it has taken the link, its
    /// addresses and its routes away and told of that: the news is waited for, and the answer where no news comes.
    /// </remarks>
    public async Task DeleteAsync(string hostSide, CancellationToken cancellation)
    {
        if (!IsThere(hostSide)) // as after a Leave: nothing to listen to
            return;

        using var monitor = RouteMonitor.Open(RouteTopics.Links, hostNamespace); // before the removal: it misses nothing of it
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // A thread of its own, since it waits inside the kernel.
        var answer = Task.Factory.StartNew(() => Remove(hostSide), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var news = HearRemovalAsync(monitor, hostSide, ended.Token);
        await Task.WhenAny(news, answer);
        await ended.CancelAsync();
        await ((Task)news).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!news.IsCompletedSuccessfully || !await news)
            await answer;
    }

    public Task<IReadOnlySet<string>> ListAsync(CancellationToken cancellation)
    {
        using var host = RouteSocket.Open(hostNamespace);
        var names = host.Links.List()
            .Where(link => link.Kind == "veth" && link.Name.StartsWith(InterfaceNames.WorkloadPrefix, StringComparison.Ordinal))
            .Select(link => link.Name);
        return Task.FromResult<IReadOnlySet<string>>(names.ToHashSet());
    }

    private bool IsThere(string name)
    {
        using var host = RouteSocket.Open(hostNamespace);
        return host.Links.Find(name) is not null;
    }

    private void Remove(string name)
    {
        using var host = RouteSocket.Open(hostNamespace);
        host.Links.Delete(name);
    }

    /// <returns>False: some news is lost, and with it maybe this.</returns>
    private static async Task<bool> HearRemovalAsync(RouteMonitor monitor, string name, CancellationToken cancellation)
    {
        await foreach (var notice in monitor.ReadAsync(cancellation))
        {
            if (notice is RouteEvent.Overflow)
                return false;
            if (notice is RouteEvent.LinkRemoved { Link: var link } && link.Name == name)
                return true;
        }

        return false;
    }

    private static void SetUpHostSide(RouteSocket host, VethPair pair)
    {
        var link = Find(host, pair.HostSide);
        if (pair.LinkLocal is { } linkLocal) // before the link is up, so that it is there before the workload asks for it
            AddAddress(host, link, linkLocal, LinkLocalPrefixLength);
        SetUp(host, link, pair.HostSide);
    }

    private static void SetUpWorkloadSide(NetworkNamespace inside, string name, WorkloadSetup setup)
    {
        using var socket = RouteSocket.Open(inside);
        var link = Find(socket, name);
        if (setup.Addresses.Any(address => !address.IsIPv4))
            inside.Run(() => Sysctl.Write($"net/ipv6/conf/{name}/disable_ipv6", 0));
        foreach (var address in setup.Addresses)
            AddAddress(socket, link, address.BaseAddress, address.PrefixLength);
        SetUp(socket, link, name);
        foreach (var nextHop in setup.NextHops)
        {
            if (!nextHop.IsIPv6LinkLocal)
                socket.Routes.Put(Route.Direct(nextHop.HostPrefix, link));
            socket.Routes.Put(Route.Via(Everything(nextHop), nextHop, link));
        }
    }

    /// <summary>Usable at once: there is nobody on the link to have the same.</summary>
    private static void AddAddress(RouteSocket socket, int link, IPAddress address, int prefixLength) =>
        socket.Addresses.Add(new LinkAddress { Link = link, Address = address, PrefixLength = prefixLength, SkipDuplicateDetection = true });

    private static void SetUp(RouteSocket socket, int link, string name)
    {
        if (!socket.Links.Change(link, new LinkChange { IsUp = true }))
            throw new NetlinkException($"set link {name} up", Errno.ENODEV);
    }

    private static int Find(RouteSocket socket, string name) =>
        socket.Links.Find(name)?.Index ?? throw new NetlinkException($"find link {name}", Errno.ENODEV, "its namespace has ended");

    private static IPNetwork Everything(IPAddress family) => family.Truncate(0);
}
