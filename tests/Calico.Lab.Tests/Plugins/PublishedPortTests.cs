namespace Calico.Lab.Tests.Plugins;

/// <summary>Ports of a host that lead to containers: <c>docker run -p</c>.</summary>
[Collection(DockerHosts.Collection)]
public sealed class PublishedPortTests(DockerHosts hosts)
{
    private const string Server = "sh -c 'nc -ll -p 80 -e echo served'";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_published_port_leads_to_the_container_from_another_host_from_here_and_from_containers_and_policy_sees_the_client()
    {
        await hosts.ShellAsync("vms100", $"docker run -itd --name p-web -p 8080:80 --net=calnet1 busybox {Server}");
        await hosts.ShellAsync("vms101", "docker run -itd --name p-client --net=calnet1 busybox");

        await ServedAsync("vms101", "busybox nc -w 2 192.168.26.100 8080 </dev/null");
        await ServedAsync("vms100", "busybox nc -w 2 192.168.26.100 8080 </dev/null");
        await ServedAsync("vms100", "busybox nc -w 2 127.0.0.1 8080 </dev/null");
        await ServedAsync("vms101", "docker exec p-client nc -w 2 192.168.26.100 8080 </dev/null");
        await ServedAsync("vms100", "docker exec p-web nc -w 2 192.168.26.100 8080 </dev/null"); // by way of the host to itself

        await hosts.ShellAsync("vms100", """
            calicoctl apply -f - <<'P'
            {"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy", "metadata": {"name": "p-web"}, "spec": {
              "selector": "projectcalico.org/container == 'p-web'", "types": ["Ingress"],
              "ingress": [{"action": "Deny", "source": {"nets": ["192.168.26.101/32"]}}, {"action": "Allow", "protocol": "TCP", "destination": {"ports": [80]}}]}}
            P
            """);
        await hosts.Lab.EventuallyAsync("vms101", "! busybox nc -w 1 192.168.26.100 8080 </dev/null", Soon, Cancel);
        await ServedAsync("vms101", "docker exec p-client nc -w 2 192.168.26.100 8080 </dev/null"); // another client, another address

        await hosts.ShellAsync("vms100", "calicoctl delete globalnetworkpolicy p-web && docker rm -f p-web");
        await hosts.ShellAsync("vms101", "docker rm -f p-client");
        Assert.DoesNotContain("dnat to", await hosts.ShellAsync("vms100", "nft list table inet calico"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_refused_and_its_holder_named()
    {
        await hosts.ShellAsync("vms100", "docker run -itd --name p-holder -p 8081:80 --net=calnet1 busybox");

        Assert.Contains(
            "port 8081/tcp of this host is published by p-holder already",
            await hosts.RefusedAsync("vms100", "docker run --rm -p 8081:81 --net=calnet1 busybox true"),
            StringComparison.Ordinal);
        await hosts.ShellAsync("vms100", "docker run --rm -p 8081:81/udp --net=calnet1 busybox true");
        await hosts.ShellAsync("vms101", "docker run --rm -p 8081:81 --net=calnet1 busybox true");
        await hosts.ShellAsync("vms100", "docker rm -f p-holder && docker run --rm -p 8081:81 --net=calnet1 busybox true");
    }

    [Fact]
    public async Task Where_no_port_of_the_host_is_named_a_free_one_leads_to_the_container()
    {
        await hosts.ShellAsync("vms100", $"docker run -itd --name p-any -p 80 --expose 90 -P --net=calnet1 busybox {Server}");
        var port = await hosts.ShellAsync("vms100", "calicoctl get workloadendpoints -o yaml | grep -A3 'hostPort: 6[0-9]*' | grep -B3 'port: 80$' | grep -o 'hostPort: .*' | cut -d' ' -f2");

        await ServedAsync("vms101", $"busybox nc -w 2 192.168.26.100 {port} </dev/null");
        await hosts.ShellAsync("vms100", "docker rm -f p-any");
    }

    [Fact]
    public async Task Docker_s_own_published_ports_and_ours_stand_side_by_side()
    {
        await hosts.ShellAsync("vms101", $"docker run -itd --name p-bridge -p 8082:80 busybox {Server}");
        await hosts.ShellAsync("vms101", $"docker run -itd --name p-ours -p 8083:80 --net=calnet1 busybox {Server}");

        await ServedAsync("vms100", "busybox nc -w 2 192.168.26.101 8082 </dev/null");
        await ServedAsync("vms100", "busybox nc -w 2 192.168.26.101 8083 </dev/null");
        Assert.Contains(
            "port 8082/tcp of this host is in use by a process of the host or by a container of another network",
            await hosts.RefusedAsync("vms101", "docker run --rm -p 8082:80 --net=calnet1 busybox true"),
            StringComparison.Ordinal);
        await hosts.ShellAsync("vms101", "docker rm -f p-bridge p-ours");
    }

    [Fact]
    public async Task A_container_gets_nowhere_near_the_host_s_loopback()
    {
        await hosts.ShellAsync("vms100", $"docker run -itd --name p-nosy -p 8084:80 --cap-add NET_ADMIN --net=calnet1 busybox {Server}");
        await hosts.ShellAsync("vms100", "mkdir -p /run/p-secret && echo secret >/run/p-secret/index.html && busybox httpd -p 127.0.0.1:9999 -h /run/p-secret");
        const string Ask = @"printf 'GET / HTTP/1.0\r\n\r\n' | busybox nc -w 2 127.0.0.1 9999";
        Assert.Contains("secret", await hosts.ShellAsync("vms100", Ask), StringComparison.Ordinal);

        // As who sits on the link could do: 127.0.0.1 is routed out of the container.
        await hosts.ShellAsync(
            "vms100", "docker exec p-nosy sh -c 'ip addr del 127.0.0.1/8 dev lo; ip link set lo down; ip route add 127.0.0.1 via 169.254.1.1 dev cali0'");
        var said = await hosts.Lab.ExecAsync("vms100", ["docker", "exec", "p-nosy", "timeout", "5", "sh", "-c", Ask], Cancel);

        Assert.DoesNotContain("secret", said.Said, StringComparison.Ordinal);
        await hosts.ShellAsync("vms100", "docker rm -f p-nosy");
    }

    private Task<string> ServedAsync(string host, string line) => hosts.Lab.EventuallyAsync(host, $"{line} | grep served", Soon, Cancel);
}
