using System.Net;
using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Plugins;

/// <summary>Names of containers on engines that know nothing of each other, asked as containers ask: by way of Docker's own stub.</summary>
[Collection(DockerHosts.Collection)]
public sealed class NameTests(DockerHosts hosts)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Names_and_aliases_resolve_to_containers_of_other_hosts_and_back_as_long_as_they_are_there()
    {
        await hosts.ShellAsync("vms100", "docker run -itd --name n-asker --net=calnet1 busybox");
        await hosts.ShellAsync("vms101", "docker run -itd --name n-web --network-alias n-shop --net=calnet1 busybox");
        var address = await hosts.AddressAsync("vms101", "n-web");

        foreach (var name in (string[])["n-web", "n-web.calnet1", "n-shop", "N-Shop.Calnet1"])
            Assert.Equal(address, await AddressOfAsync("n-asker", name));
        Assert.Contains("n-web.calnet1", await hosts.ShellAsync("vms100", $"docker exec n-asker nslookup {address}"), StringComparison.Ordinal);

        await hosts.ShellAsync("vms101", "docker rename n-web n-site");
        Assert.Equal(address, await AddressOfAsync("n-asker", "n-site"));
        await hosts.ShellAsync("vms101", "docker rm -f n-site");
        await hosts.Lab.EventuallyAsync("vms100", $"! docker exec n-asker nslookup n-shop | grep {address}", Soon, Cancel);
        await hosts.ShellAsync("vms100", "docker rm -f n-asker");
    }

    [Fact]
    public async Task A_network_s_names_are_told_to_none_but_those_on_it()
    {
        await hosts.ShellAsync("vms100", "docker network create --driver calico --ipam-driver calico-ipam n-other");
        await hosts.ShellAsync("vms100", "docker run -itd --name n-outside --net=n-other busybox");
        await hosts.ShellAsync("vms101", "docker run -itd --name n-inside --net=calnet1 busybox");
        var address = await hosts.AddressAsync("vms101", "n-inside");
        await hosts.ShellAsync("vms100", "docker run -itd --name n-witness --net=calnet1 busybox");
        Assert.Equal(address, await AddressOfAsync("n-witness", "n-inside"));

        foreach (var name in (string[])["n-inside", "n-inside.calnet1", address])
            Assert.DoesNotContain(name == address ? "n-inside" : address, await SaidAsync($"docker exec n-outside nslookup {name}"), StringComparison.Ordinal);

        await hosts.ShellAsync("vms100", "docker network connect calnet1 n-outside");
        Assert.Equal(address, await AddressOfAsync("n-outside", "n-inside"));
        await hosts.ShellAsync("vms100", "docker rm -f n-outside n-witness && docker network rm n-other");
        await hosts.ShellAsync("vms101", "docker rm -f n-inside");
    }

    [Fact]
    public async Task All_else_is_answered_by_the_server_that_was_asked_with_or_without_the_node()
    {
        await using var lan = new NameServerStandIn(hosts.Lab.NetworkOf("switch"), IPAddress.Parse("192.168.26.2"), IPAddress.Parse("203.0.113.1"));
        await using var given = new NameServerStandIn(hosts.Lab.NetworkOf("vms101"), IPAddress.Parse("192.168.26.101"), IPAddress.Parse("203.0.113.2"));
        await hosts.ShellAsync("vms100", "docker run -itd --name n-plain --net=calnet1 busybox");
        await hosts.ShellAsync("vms100", "docker run -itd --name n-given --net=calnet1 --dns 192.168.26.101 busybox");
        await hosts.ShellAsync("vms101", "docker run -itd --name n-there --net=calnet1 busybox");
        var there = await hosts.AddressAsync("vms101", "n-there");

        Assert.Equal("203.0.113.1", await AddressOfAsync("n-plain", "www.example.org"));
        Assert.Equal("192.168.26.100", lan.LastAsker?.ToString()); // the host asks in the container's place
        Assert.Equal("203.0.113.2", await AddressOfAsync("n-given", "www.example.org"));
        Assert.Equal(there, await AddressOfAsync("n-given", "n-there"));
        Assert.Equal(there, await AddressOfAsync("n-plain", "n-there", "192.168.26.77")); // a server that is not even there

        Assert.True((await hosts.Lab.DoAsync(["kill", "vms100", "node"], Cancel)).Succeeded);
        Assert.Equal("203.0.113.2", await AddressOfAsync("n-given", "www.example.org")); // vms101 knows the way back to the container, the switch does not
        Assert.True((await hosts.Lab.DoAsync(["start", "vms100", "node"], Cancel)).Succeeded);
        Assert.Equal(there, await AddressOfAsync("n-plain", "n-there"));
        await hosts.ShellAsync("vms100", "docker rm -f n-plain n-given");
        await hosts.ShellAsync("vms101", "docker rm -f n-there");
    }

    [Fact]
    public async Task A_policy_against_queries_for_names_holds_for_the_resolver_as_for_any_server()
    {
        await using var lan = new NameServerStandIn(hosts.Lab.NetworkOf("switch"), IPAddress.Parse("192.168.26.2"), IPAddress.Parse("203.0.113.1"));
        await hosts.ShellAsync("vms100", "docker run -itd --name n-shut --net=calnet1 --label org.projectcalico.label.names=none busybox");
        Assert.Equal("203.0.113.1", await AddressOfAsync("n-shut", "www.example.org"));
        await hosts.ShellAsync("vms100", """
            calicoctl apply -f - <<'P'
            {"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy", "metadata": {"name": "n-shut"}, "spec": {
              "selector": "names == 'none'", "types": ["Egress"],
              "egress": [{"action": "Deny", "protocol": "UDP", "destination": {"nets": ["192.168.26.2/32"], "ports": [53]}}, {"action": "Allow"}]}}
            P
            """);

        await hosts.Lab.EventuallyAsync("vms100", "! docker exec n-shut nslookup www.example.com | grep 203.0.113.1", Soon, Cancel);
        await hosts.ShellAsync("vms100", "calicoctl delete globalnetworkpolicy n-shut && docker rm -f n-shut");
    }

    /// <summary>The address that a container of vms100 is told, as soon as it is told one.</summary>
    private async Task<string> AddressOfAsync(string container, string name, string server = "")
    {
        var told = await hosts.Lab.EventuallyAsync("vms100", $"docker exec {container} nslookup -type=a {name} {server} | sed 1,3d | grep Address", Soon, Cancel);
        return told.Split('\n')[0].Split(' ')[^1];
    }

    private async Task<string> SaidAsync(string line) => (await hosts.Lab.ExecAsync("vms100", ["sh", "-c", line], Cancel)).Output;
}
