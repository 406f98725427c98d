namespace Calico.Lab.Tests.Plugins;

/// <summary>Debian's docker-compose, one project over two hosts.</summary>
[Collection(DockerHosts.Collection)]
public sealed class ComposeTests(DockerHosts hosts)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Services_find_each_other_across_hosts_and_their_labels_say_who_may_reach_them()
    {
        await WriteAsync("web", "3306");
        await ComposeAsync("vms100", "up -d -t 0 db");
        await hosts.Lab.EventuallyAsync("vms101", "docker network inspect shop_default", Soon, Cancel);
        await ComposeAsync("vms101", "up -d -t 0 web stranger");
        var db = await hosts.AddressAsync("vms100", "shop_db_1", "shop_default");

        await hosts.Lab.EventuallyAsync("vms101", $"docker exec shop_web_1 nslookup db | grep {db}", Soon, Cancel);
        await ReachesAsync("shop_web_1", db, 3306);
        await ReachesNotAsync("shop_web_1", db, 22);
        await ReachesNotAsync("shop_stranger_1", db, 3306);

        await WriteAsync("web, stranger", "22,3306/tcp");
        await ComposeAsync("vms100", "up -d -t 0 db"); // another container, for its labels are others
        db = await hosts.AddressAsync("vms100", "shop_db_1", "shop_default");
        await ReachesAsync("shop_stranger_1", db, 3306);
        await ReachesAsync("shop_web_1", db, 22);
        Assert.Contains("docker-labels.", await hosts.ShellAsync("vms100", "calicoctl get profiles"), StringComparison.Ordinal);

        await ComposeAsync("vms101", "kill && docker-compose -p shop rm -f");
        await ComposeAsync("vms100", "down -t 0");
        await hosts.Lab.EventuallyAsync("vms101", "! docker network inspect shop_default 2>/dev/null", Soon, Cancel);
        await hosts.Lab.EventuallyAsync("vms100", "! calicoctl get profiles | grep docker-labels", TimeSpan.FromSeconds(60), Cancel);
    }

    [Theory]
    [InlineData("calico.ports=80x", "'80x' is not a port such as 80, 53/udp")]
    [InlineData("calico.allow.from=10.0.0.0/33", "'10.0.0.0/33' is none of these")]
    [InlineData("calico.alow.from=web", "label 'calico.alow.from' is unknown; there are calico.allow.from and calico.ports")]
    public async Task A_label_that_is_wrong_is_refused_in_words_and_nothing_is_left(string label, string reason)
    {
        var before = await hosts.TracesAsync("vms100");

        Assert.Contains(reason, await hosts.RefusedAsync("vms100", $"docker run --rm --net=calnet1 --label '{label}' busybox true"), StringComparison.Ordinal);
        Assert.Equal(before, await hosts.TracesAsync("vms100"));
    }

    private async Task WriteAsync(string from, string ports)
    {
        foreach (var host in (string[])["vms100", "vms101"])
        {
            await hosts.ShellAsync(host, $$$"""
                mkdir -p /run/shop && cat >/run/shop/docker-compose.yml <<'Y'
                version: "2.4"
                services:
                  db:
                    image: busybox
                    command: sh -c "nc -ll -p 3306 -e echo db & nc -ll -p 22 -e echo shell"
                    labels: {calico.allow.from: "{{{from}}}", calico.ports: "{{{ports}}}"}
                  web: {image: busybox, command: sleep 100000}
                  stranger: {image: busybox, command: sleep 100000}
                networks:
                  default: {driver: calico, ipam: {driver: calico-ipam}}
                Y
                """);
        }
    }

    private Task<string> ComposeAsync(string host, string words) => hosts.ShellAsync(host, $"cd /run/shop && docker-compose -p shop {words} 2>&1");

    private Task<string> ReachesAsync(string container, string address, int port) =>
        hosts.Lab.EventuallyAsync("vms101", $"docker exec {container} nc -w 2 {address} {port} </dev/null | grep .", Soon, Cancel);

    private async Task ReachesNotAsync(string container, string address, int port)
    {
        var result = await hosts.Lab.ExecAsync("vms101", ["sh", "-c", $"docker exec {container} nc -w 1 {address} {port} </dev/null"], Cancel);
        Assert.False(result.Succeeded, $"{container} reaches {address}:{port}: {result.Said}");
    }
}
