using Calico.Lab.Tools;

namespace Calico.Lab.Tests.Plugins;

/// <summary>What can be asked of a network and of a container's place on it.</summary>
[Collection(DockerHosts.Collection)]
public sealed class NetworkOptionTests(DockerHosts hosts)
{
    private const string Create = "docker network create --driver calico --ipam-driver calico-ipam";

    private const string Complaints = "grep -h 'o-twice' /var/log/calico/calico-node.log | grep -i 'another network of this name' || true";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_on_two_networks_is_reached_on_both_and_stays_so_whichever_it_leaves()
    {
        await MakeAsync("o-second");
        await hosts.ShellAsync("vms100", "docker run -itd --name o-both --net=calnet1 busybox && docker network connect o-second o-both");
        await hosts.ShellAsync("vms101", "docker run -itd --name o-first --net=calnet1 busybox && docker run -itd --name o-other --net=o-second busybox");
        var (first, second) = (await hosts.AddressAsync("vms100", "o-both"), await hosts.AddressAsync("vms100", "o-both", "o-second"));

        await PingAsync("vms101", "o-first", first);
        await PingAsync("vms101", "o-other", second); // answered by way of the other network's interface
        await PingNotAsync("vms101", "o-other", first);
        await PingAsync("vms100", "o-both", await hosts.AddressAsync("vms101", "o-first"));

        await hosts.ShellAsync("vms100", "docker network disconnect calnet1 o-both");
        Assert.StartsWith("default via 169.254.1.2 dev cali1", await hosts.ShellAsync("vms100", "docker exec o-both ip route"), StringComparison.Ordinal);
        await PingAsync("vms101", "o-other", second);
        await PingAsync("vms100", "o-both", await hosts.AddressAsync("vms101", "o-other", "o-second"));
        await hosts.ShellAsync("vms100", "docker network connect calnet1 o-both && docker network disconnect o-second o-both");
        await PingAsync("vms101", "o-first", await hosts.AddressAsync("vms100", "o-both"));

        await hosts.ShellAsync("vms100", "docker rm -f o-both");
        await hosts.ShellAsync("vms101", "docker rm -f o-first o-other && docker network rm o-second");
    }

    [Fact]
    public async Task An_internal_network_reaches_itself_across_hosts_and_nothing_else()
    {
        await MakeAsync("o-inside", "--internal");
        await hosts.ShellAsync("vms100", "docker run -itd --name o-in1 --net=o-inside busybox");
        await hosts.ShellAsync("vms101", "docker run -itd --name o-in2 --net=o-inside busybox && docker run -itd --name o-out --net=calnet1 busybox");
        var inside = await hosts.AddressAsync("vms100", "o-in1", "o-inside");

        Assert.Equal("true", await hosts.ShellAsync("vms101", "docker network inspect -f '{{.Internal}}' o-inside"));
        await PingAsync("vms101", "o-in2", inside);
        await PingNotAsync("vms101", "o-out", inside);
        await PingNotAsync("vms100", "o-in1", "192.168.26.101");
        await PingNotAsync("vms100", "o-in1", await hosts.AddressAsync("vms101", "o-out"));

        await hosts.ShellAsync("vms100", "docker rm -f o-in1");
        await hosts.ShellAsync("vms101", "docker rm -f o-in2 o-out && docker network rm o-inside");
    }

    [Fact]
    public async Task An_auxiliary_address_is_nobody_s_else_and_free_again_with_its_network()
    {
        await MakeAsync("o-aux", "--subnet 192.168.0.0/16 --aux-address router=192.168.98.7");

        foreach (var host in (string[])["vms100", "vms101"])
            Assert.Contains("192.168.98.7", await hosts.RefusedAsync(host, "docker run --rm --net=o-aux --ip 192.168.98.7 busybox true"), StringComparison.Ordinal);

        await hosts.ShellAsync("vms100", "docker network rm o-aux");
        await hosts.Lab.EventuallyAsync("vms101", "! docker network inspect o-aux 2>/dev/null", Soon, Cancel);
        await MakeAsync("o-aux2", "--subnet 192.168.0.0/16");
        await hosts.ShellAsync("vms101", "docker run --rm --net=o-aux2 --ip 192.168.98.7 busybox true && docker network rm o-aux2");
    }

    [Fact]
    public async Task A_hardware_address_and_a_link_local_one_are_as_given()
    {
        await MakeAsync("o-mac", "--subnet 192.168.0.0/16");
        await hosts.ShellAsync("vms100", "docker run -itd --name o-given --net=o-mac --mac-address 02:42:ac:11:00:42 busybox");
        await hosts.ShellAsync("vms100", "docker network connect --link-local-ip 169.254.77.7 calnet1 o-given");

        Assert.Contains("02:42:ac:11:00:42", await hosts.ShellAsync("vms100", "docker exec o-given ip link show cali0"), StringComparison.Ordinal);
        Assert.Contains("02:42:ac:11:00:42", await hosts.ShellAsync("vms100", "docker inspect o-given"), StringComparison.Ordinal);
        Assert.Contains("169.254.77.7", await hosts.ShellAsync("vms100", "docker exec o-given ip addr show cali1"), StringComparison.Ordinal);
        await hosts.ShellAsync("vms100", $"ping -c1 -W2 {await hosts.AddressAsync("vms100", "o-given", "o-mac")}");
        await hosts.ShellAsync("vms100", "docker rm -f o-given && docker network rm o-mac");
    }

    [Fact]
    public async Task With_both_families_containers_reach_each_other_by_either_and_are_found_by_name()
    {
        await hosts.ShellAsync("vms100", """
            calicoctl create -f - <<'P'
            {"apiVersion": "projectcalico.org/v3", "kind": "IPPool", "metadata": {"name": "o-six"}, "spec": {"cidr": "fd00:77::/64", "blockSize": 122}}
            P
            """);
        await MakeAsync("o-dual", "--ipv6 --subnet 192.168.0.0/16 --subnet fd00:77::/64");
        await hosts.ShellAsync("vms100", "docker run -itd --name o-d1 --net=o-dual --ip6 fd00:77::5:1 busybox && docker run -itd --name o-d2 --net=o-dual busybox");
        await hosts.ShellAsync("vms101", "docker run -itd --name o-d3 --net=o-dual busybox");

        Assert.Equal("fd00:77::5:1", await hosts.ShellAsync("vms100", "docker inspect -f '{{(index .NetworkSettings.Networks \"o-dual\").GlobalIPv6Address}}' o-d1"));
        await PingAsync("vms100", "o-d2", "fd00:77::5:1");
        await PingAsync("vms101", "o-d3", await hosts.ShellAsync("vms100", "docker inspect -f '{{(index .NetworkSettings.Networks \"o-dual\").IPAddress}}' o-d1"));
        Assert.Contains(
            "fd00:77::5:1", await hosts.Lab.EventuallyAsync("vms101", "docker exec o-d3 nslookup -type=aaaa o-d1 | grep fd00", Soon, Cancel), StringComparison.Ordinal);
        Assert.Contains("fd00:77::5:1 is in use by o-d1", await hosts.RefusedAsync("vms101", "docker run --rm --net=o-dual --ip6 fd00:77::5:1 busybox true"), StringComparison.Ordinal);

        // Between hosts, as soon as these have IPv6 addresses themselves.
        foreach (var host in (string[])["vms100", "vms101"])
        {
            await hosts.ShellAsync(host, $$$"""
                ip -6 address add fd00:26::{{{host[3..]}}}/64 dev ens32 nodad
                calicoctl patch node {{{host}}} -p '{"spec":{"bgp":{"ipv6Address":"fd00:26::{{{host[3..]}}}/64"} } }'
                """);
        }

        await PingAsync("vms101", "o-d3", "fd00:77::5:1");
        Assert.Contains("IPv6 BGP status", await hosts.Lab.EventuallyAsync("vms101", "calicoctl node status | grep -A9 'IPv6 BGP' | grep -B9 'fd00:26::100 .*Established'", Soon, Cancel), StringComparison.Ordinal);

        await hosts.ShellAsync("vms101", "docker rm -f o-d3");
        await hosts.ShellAsync("vms100", "docker rm -f o-d1 o-d2 && docker network rm o-dual && calicoctl delete ippool o-six");
        foreach (var host in (string[])["vms100", "vms101"])
        {
            await hosts.ShellAsync(host, $$$"""
                calicoctl patch node {{{host}}} -p '{"spec":{"bgp":{"ipv6Address":null} } }'
                ip -6 address del fd00:26::{{{host[3..]}}}/64 dev ens32
                """);
        }
    }

    [Fact]
    public async Task Without_its_pool_a_network_s_containers_are_refused_in_words_and_with_it_they_start()
    {
        const string Pool = """
            calicoctl create -f - <<'P'
            {"apiVersion": "projectcalico.org/v3", "kind": "IPPool", "metadata": {"name": "o-pool"}, "spec": {"cidr": "10.214.0.0/16"}}
            P
            """;
        await hosts.ShellAsync("vms100", Pool);
        await MakeAsync("o-poolless", "--subnet 10.214.0.0/16");
        await hosts.ShellAsync("vms100", "calicoctl delete ippool o-pool");
        var before = await hosts.TracesAsync("vms101");

        Assert.Contains("10.214.0.0/16", await hosts.RefusedAsync("vms101", "docker run --rm --net=o-poolless busybox true"), StringComparison.Ordinal);
        Assert.Equal(before, await hosts.TracesAsync("vms101"));

        await hosts.ShellAsync("vms100", Pool);
        await hosts.Lab.EventuallyAsync("vms101", "docker run --rm --net=o-poolless busybox true", Soon, Cancel);
        await hosts.ShellAsync("vms100", "docker network rm o-poolless && calicoctl delete ippool o-pool");
    }

    [Fact]
    public async Task Another_network_of_a_name_that_is_taken_stays_on_its_host_and_the_log_says_so()
    {
        // On both hosts in the same breath, with different options: the slower is told that there is one, or neither is.
        await Task.WhenAll(
            hosts.ShellAsync("vms100", $"{Create} --subnet 192.168.0.0/17 o-twice || true"),
            hosts.ShellAsync("vms101", $"{Create} --subnet 192.168.128.0/17 o-twice || true"));
        foreach (var host in (string[])["vms100", "vms101"])
            await hosts.Lab.EventuallyAsync(host, "docker network inspect o-twice", Soon, Cancel);

        // One of them is everywhere, or each where it was made and one is said to be another; never a mixture.
        var (one, two) = (await SubnetAsync("vms100"), await SubnetAsync("vms101"));
        Assert.Subset(new HashSet<string> { "192.168.0.0/17", "192.168.128.0/17" }, new HashSet<string> { one, two });
        if (one != two)
        {
            var odd = "";
            await Waiting.UntilAsync(
                async _ =>
                {
                    foreach (var host in (string[])["vms100", "vms101"])
                        odd = (await hosts.ShellAsync(host, Complaints)).Length > 0 ? host : odd;
                    return odd.Length > 0;
                },
                Soon,
                Cancel);
            await hosts.ShellAsync(odd, "docker network rm o-twice");
            await hosts.Lab.EventuallyAsync(odd, $"docker network inspect o-twice | grep {(odd == "vms101" ? one : two)}", Soon, Cancel);
        }

        await hosts.ShellAsync("vms100", "docker network rm o-twice");
        await hosts.Lab.EventuallyAsync("vms101", "! docker network inspect o-twice 2>/dev/null", Soon, Cancel);
    }

    [Fact]
    public async Task On_a_host_of_a_swarm_networks_are_as_on_any_other()
    {
        await hosts.ShellAsync("vms101", "docker swarm init --advertise-addr 192.168.26.101");
        await MakeAsync("o-swarm");
        await hosts.ShellAsync("vms100", "docker run -itd --name o-s0 --net=o-swarm busybox");
        await hosts.ShellAsync("vms101", "docker run -itd --name o-s1 --net=o-swarm busybox");

        await PingAsync("vms101", "o-s1", await hosts.AddressAsync("vms100", "o-s0", "o-swarm"));
        await hosts.RefusedAsync("vms101", "docker service create --detach --name o-service --network o-swarm busybox"); // Docker's own word: not a swarm network

        await hosts.ShellAsync("vms101", "docker rm -f o-s1 && docker swarm leave --force");
        await hosts.ShellAsync("vms100", "docker rm -f o-s0 && docker network rm o-swarm");
        await hosts.Lab.EventuallyAsync("vms101", "! docker network inspect o-swarm 2>/dev/null", Soon, Cancel);
    }

    private Task<string> SubnetAsync(string host) => hosts.ShellAsync(host, "docker network inspect -f '{{range .IPAM.Config}}{{.Subnet}}{{end}}' o-twice");

    /// <summary>Makes a network on the first host and waits until the other has it.</summary>
    private async Task MakeAsync(string name, string options = "")
    {
        await hosts.ShellAsync("vms100", $"{Create} {options} {name}");
        await hosts.Lab.EventuallyAsync("vms101", $"docker network inspect {name}", Soon, Cancel);
    }

    private Task<string> PingAsync(string host, string container, string address) =>
        hosts.Lab.EventuallyAsync(host, $"docker exec {container} ping -c1 -W1 {address}", Soon, Cancel);

    private async Task PingNotAsync(string host, string container, string address) =>
        Assert.Contains("100% packet loss", (await hosts.Lab.ExecAsync(host, ["docker", "exec", container, "ping", "-c2", "-W1", address], Cancel)).Said, StringComparison.Ordinal);
}
