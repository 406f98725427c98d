using System.Globalization;

namespace Calico.Lab.Tests.Plugins;

/// <summary>Containers that are to be up always, and what ends around them: Docker, the node, both, the host, with kill -9 and in every order.</summary>
/// <remarks>Eight in the suite; as many as the variable CALICO_RESTARTS says by hand: <c>CALICO_RESTARTS=50 dotnet test … --filter RestartTests</c>.</remarks>
[Collection(DockerHosts.Collection)]
public sealed class RestartTests(DockerHosts hosts)
{
    /// <summary>So many of them have an address of their own, which must be the one they come back with.</summary>
    private const int Fixed = 4;

    /// <summary>Docker starts them a few at a time; on a loaded machine they take their time.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    private static readonly int _count = int.Parse(Environment.GetEnvironmentVariable("CALICO_RESTARTS") ?? "8", CultureInfo.InvariantCulture);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_are_back_after_every_order_of_ends_and_starts_and_nothing_is_left_over()
    {
        await hosts.ShellAsync("vms100", "docker network create --driver calico --ipam-driver calico-ipam --subnet 192.168.0.0/16 r-net");
        await hosts.Lab.EventuallyAsync("vms101", "docker network inspect r-net", TimeSpan.FromSeconds(15), Cancel);
        var before = await hosts.TracesAsync("vms101");
        await hosts.ShellAsync("vms101", $$"""
            for n in $(seq 1 {{_count}}); do
                fixed=; [ $n -gt {{Fixed}} ] || fixed="--ip 192.168.97.$n"
                echo "run -d --name r-$n --restart=always --stop-signal=KILL --net=r-net $fixed busybox sleep 1000000"
            done | xargs -P 4 -L 1 docker >/dev/null
            docker run -d --name r-lives --net=r-net busybox sleep 1000000
            docker run -d --name r-dies --net=r-net busybox sleep 1000000
            """);
        await AllAreUpAsync(_count + 2);
        var lives = await hosts.AddressAsync("vms101", "r-lives", "r-net");

        await DoAsync("kill", "node"); // it and a container
        await hosts.ShellAsync("vms101", "kill -9 $(docker inspect -f '{{.State.Pid}}' r-dies)");
        await DoAsync("start", "node");
        await AllAreUpAsync(_count + 1);
        Assert.Equal(lives, await hosts.AddressAsync("vms101", "r-lives", "r-net"));

        await DoAsync("kill", "docker"); // Docker alone
        await DoAsync("start", "docker");
        await AllAreUpAsync(_count);

        await DoAsync("kill", "docker"); // both, the node is back first
        await DoAsync("kill", "node");
        await DoAsync("start", "node");
        await DoAsync("start", "docker");
        await AllAreUpAsync(_count);

        await DoAsync("kill", "node"); // both, Docker is back first, and waits for its drivers
        await DoAsync("kill", "docker");
        var docker = hosts.Lab.DoAsync(["start", "vms101", "docker"], Cancel);
        await hosts.Lab.EventuallyAsync("vms101", "pidof dockerd", TimeSpan.FromSeconds(20), Cancel);
        await hosts.ShellAsync("vms101", "calicoctl node run -c /etc/calico/calicoctl.cfg");
        Assert.True((await docker).Succeeded, (await docker).Said);
        await AllAreUpAsync(_count);

        await DoAsync("kill", "all"); // the host, switched off and on
        await DoAsync("start", "all");
        await AllAreUpAsync(_count);

        await NothingIsLeftOverAsync(before);
    }

    /// <summary>So many run, those with an address of their own have it, and all are reached from the other host.</summary>
    private async Task AllAreUpAsync(int count)
    {
        await hosts.Lab.EventuallyAsync("vms101", $"[ $(docker ps -q --filter name=r- | wc -l) = {count} ]", _patience, Cancel);
        for (var n = 1; n <= Fixed; n++)
            Assert.Equal($"192.168.97.{n}", await hosts.AddressAsync("vms101", $"r-{n}", "r-net"));

        var addresses = await hosts.ShellAsync("vms101", "docker ps -q --filter name=r- | xargs docker inspect -f '{{ (index .NetworkSettings.Networks \"r-net\").IPAddress }}' | sort -u");
        Assert.Equal(count, addresses.Split('\n').Length);
        await hosts.Lab.EventuallyAsync(
            "vms100",
            $"for a in {addresses.Replace('\n', ' ')}; do ping -c1 -W2 $a >/dev/null & pids=\"$pids $!\"; done; for p in $pids; do wait $p || exit 1; done",
            TimeSpan.FromSeconds(30),
            Cancel);
    }

    /// <summary>Of all that died there is nothing any more: as many endpoints, links, routes and addresses as containers run, and as before when these have gone, too.</summary>
    private async Task NothingIsLeftOverAsync(string before)
    {
        await HostHasAsync(_count);
        await hosts.ShellAsync("vms101", "docker ps -aq --filter name=r- | xargs -P 4 -n 4 docker rm -f >/dev/null");
        Assert.Equal(before, await hosts.TracesAsync("vms101"));
        await HostHasAsync(0);
        await RemoveNetworkAsync();
    }

    /// <summary>
    /// Docker 20.10 counts a network's endpoints apart from them, and miscounts at times: then it refuses, though
    /// it lists none itself, until it is started again and says that it counted wrong.
    /// </summary>
    private async Task RemoveNetworkAsync()
    {
        const string remove = "docker network rm r-net";
        if ((await hosts.Lab.ExecAsync("vms101", ["sh", "-c", remove], Cancel)).Succeeded)
            return;

        Assert.Equal("0", await hosts.ShellAsync("vms101", "docker network inspect -f '{{len .Containers}}' r-net"));
        await DoAsync("restart", "docker");
        await hosts.ShellAsync("vms101", "grep 'nconsistent endpoint_cnt for network r-net' /var/log/calico/docker.log || { grep -hE 'level=(warn|error)|refused|failed' /var/log/calico/docker.log /var/log/calico/*node*.log | tail -n 60; false; }");
        await hosts.ShellAsync("vms101", remove);
    }

    /// <summary>The node looks for what has no owner twice, half a minute apart. <c>ipam check</c> fails if an address is given out that nobody has.</summary>
    private Task<string> HostHasAsync(int count) => hosts.Lab.EventuallyAsync(
        "vms101",
        $"""
        [ $(calicoctl get workloadendpoints -o yaml | grep -c 'projectcalico.org/container: r-') = {count} ] || exit 1
        [ $(ip -o link | grep -c 'cali[0-9a-f]*@') = {count} ] || exit 2
        [ $(ip -4 route | grep -c 'dev cali') = {count} ] || exit 3
        calicoctl ipam check
        """,
        _patience,
        Cancel);

    private async Task DoAsync(string verb, string what)
    {
        var result = await hosts.Lab.DoAsync([verb, "vms101", what], Cancel);
        Assert.True(result.Succeeded, result.Said);
    }
}
