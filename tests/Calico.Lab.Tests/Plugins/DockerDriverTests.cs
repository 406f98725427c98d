namespace Calico.Lab.Tests.Plugins;

/// <summary>The drivers as users of Docker meet them.</summary>
[Collection(DockerHosts.Collection)]
public sealed class DockerDriverTests(DockerHosts hosts)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Containers_of_one_network_reach_each_other_across_hosts_and_leave_no_trace()
    {
        var before = (await hosts.TracesAsync("vms100"), await hosts.TracesAsync("vms101"));
        await hosts.ShellAsync("vms100", "docker run --name 10.one -itd --net=calnet1 busybox");
        await hosts.ShellAsync("vms101", "docker run --name 10.two -itd --net=calnet1 busybox");

        var route = await hosts.ShellAsync("vms100", "docker exec 10.one ip route");
        Assert.Equal("default via 169.254.1.1 dev cali0 \n169.254.1.1 dev cali0 scope link", route);
        Assert.Contains("ee:ee:ee:ee:ee:ee", await hosts.ShellAsync("vms100", "docker exec 10.one ip link show cali0"), StringComparison.Ordinal);
        var ping = $"docker exec 10.one ping -c2 -W2 {await hosts.AddressAsync("vms101", "10.two")}";
        Assert.Contains("ttl=62", await hosts.Lab.EventuallyAsync("vms100", ping, Soon, Cancel), StringComparison.Ordinal);

        await hosts.ShellAsync("vms100", "docker rm -f 10.one");
        await hosts.ShellAsync("vms101", "docker rm -f 10.two");
        Assert.Equal(before, (await hosts.TracesAsync("vms100"), await hosts.TracesAsync("vms101")));
    }

    [Theory]
    [InlineData("--subnet 10.1.0.0/16", "there is default-ipv4-ippool (192.168.0.0/16)")]
    [InlineData("-o parent=eth0", "does not know the option 'parent'")]
    [InlineData("--subnet 192.168.0.0/16 --gateway 192.168.0.1", "Calico IPAM does not support specifying a gateway.")]
    [InlineData("--subnet 192.168.0.0/16 --ip-range 192.168.3.0/24", "does not support sub pools")]
    [InlineData("--ipv6", "no enabled IPv6 pool")]
    public async Task A_network_that_cannot_be_made_is_refused_in_words_and_not_made(string options, string reason)
    {
        Assert.Contains(
            reason,
            await hosts.RefusedAsync("vms100", $"docker network create --driver calico --ipam-driver calico-ipam {options} refused"),
            StringComparison.Ordinal);
        Assert.Empty(await hosts.ShellAsync("vms100", "docker network ls -q --filter name=refused"));
    }

    [Fact]
    public async Task An_address_of_ones_own_is_had_once_and_its_holder_is_named_to_the_next()
    {
        await hosts.ShellAsync("vms100", "docker network create --driver calico --ipam-driver calico-ipam --subnet 192.168.0.0/16 fixed");
        await hosts.Lab.EventuallyAsync("vms101", "docker network inspect fixed", Soon, Cancel);
        await hosts.ShellAsync("vms100", "docker run -itd --name holder --net=fixed --ip 192.168.99.9 busybox");

        Assert.Contains(
            "192.168.99.9 is in use by holder on host vms100",
            await hosts.RefusedAsync("vms101", "docker run --rm --net=fixed --ip 192.168.99.9 busybox true"),
            StringComparison.Ordinal);

        await hosts.ShellAsync("vms100", "docker rm -f holder");
        await hosts.ShellAsync("vms101", "docker run --rm --net=fixed --ip 192.168.99.9 busybox true");
        await hosts.ShellAsync("vms101", "docker network rm fixed");
        await hosts.Lab.EventuallyAsync("vms100", "! docker network inspect fixed 2>/dev/null", Soon, Cancel);
    }

    [Fact]
    public async Task A_full_pool_is_named_to_whoever_runs_the_container_that_finds_no_address()
    {
        const string Pool = "{apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: tiny}, spec: {cidr: 10.77.7.7/32, blockSize: 32}}";
        await hosts.ShellAsync("vms100", $"echo '{Pool}' | calicoctl create -f - && docker network create --driver calico --ipam-driver calico-ipam --subnet 10.77.7.7/32 tiny");
        await hosts.ShellAsync("vms100", "docker run -itd --name first --net=tiny busybox");
        Assert.Equal("10.77.7.7", await hosts.ShellAsync("vms100", "docker inspect -f '{{.NetworkSettings.Networks.tiny.IPAddress}}' first"));

        var refused = await hosts.RefusedAsync("vms100", "docker run --rm --net=tiny busybox true");
        Assert.Contains("No IPs available in pools: [10.77.7.7/32]", refused, StringComparison.Ordinal);
        Assert.Contains("remove workloads that are no longer needed, or add a pool", refused, StringComparison.Ordinal);

        // Stopped, it has its address no more; but one by name is kept for it.
        await hosts.ShellAsync("vms100", "docker rm -f first && docker run -itd --name first --net=tiny --ip 10.77.7.7 --stop-signal=KILL busybox && docker stop first");
        refused = await hosts.RefusedAsync("vms100", "docker run --rm --net=tiny busybox true");
        Assert.Contains("No IPs available in pools: [10.77.7.7/32]", refused, StringComparison.Ordinal);
        await hosts.ShellAsync("vms100", "docker start first");

        await hosts.ShellAsync("vms100", "docker rm -f first && docker network rm tiny && calicoctl delete ippool tiny");
        await hosts.Lab.EventuallyAsync("vms101", "! docker network inspect tiny 2>/dev/null", Soon, Cancel);
    }

    [Fact]
    public async Task A_second_network_joins_and_leaves_a_running_container_and_the_first_goes_on()
    {
        await hosts.ShellAsync("vms100", "docker network create --driver calico --ipam-driver calico-ipam second");
        await hosts.ShellAsync("vms100", "docker run -itd --name both --net=calnet1 busybox");
        await hosts.ShellAsync("vms100", "docker network connect second both");
        Assert.Contains("169.254.1.2 dev cali1 scope link", await hosts.ShellAsync("vms100", "docker exec both ip route"), StringComparison.Ordinal);
        await hosts.ShellAsync("vms100", $"ping -c1 -W2 {await hosts.AddressAsync("vms100", "both")}");

        await hosts.ShellAsync("vms100", "docker network disconnect second both");
        Assert.Equal(
            "default via 169.254.1.1 dev cali0 \n169.254.1.1 dev cali0 scope link", await hosts.ShellAsync("vms100", "docker exec both ip route"));
        await hosts.ShellAsync("vms100", "docker rm -f both && docker network rm second");
    }

    [Fact]
    public async Task Labels_are_the_endpoints_when_the_container_starts_and_one_that_is_none_is_refused()
    {
        await hosts.ShellAsync("vms100", "docker run -itd --name labelled --net=calnet1 --label org.projectcalico.label.tier=db busybox");

        var endpoint = await hosts.ShellAsync("vms100", "calicoctl get workloadendpoints -o yaml | grep -B4 -A8 'container: labelled'");
        Assert.Contains("tier: db", endpoint, StringComparison.Ordinal);
        Assert.Contains("projectcalico.org/network: calnet1", endpoint, StringComparison.Ordinal);
        Assert.Contains(
            "'no label' is not a label's value",
            await hosts.RefusedAsync("vms100", "docker run --rm --net=calnet1 --label 'org.projectcalico.label.tier=no label' busybox true"),
            StringComparison.Ordinal);
        await hosts.ShellAsync("vms100", "docker rm -f labelled");
    }
}
