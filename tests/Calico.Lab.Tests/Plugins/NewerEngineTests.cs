using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Plugins;

/// <summary>What matters of the drivers, on engines that are newer than this computer's: they run from a root file system of another Debian release.</summary>
public sealed class NewerEngineTests
{
    /// <summary>Engine 28 asks the host's own servers from the host, not from the container; servers that are given it asks from the container.</summary>
    private const string Dns = "--dns 192.168.26.2";

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Debian trixie has Docker 26, which <c>./dev test</c> gets; others are tried where <c>./dev engine</c> has got them.</summary>
    public static TheoryData<string> Suites => [.. new[] { "trixie", "sid" }.Where(suite => suite == "trixie" || Directory.Exists(RootOf(suite)))];

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task Containers_reach_and_find_each_other_are_published_labelled_and_come_back(string suite)
    {
        Assert.SkipUnless(Directory.Exists(RootOf(suite)), $"{RootOf(suite)} is missing: ./dev engine {suite} makes it");
        await using var lab = await LabHosts.UpAsync(["--hosts", "2", "--engine-root", RootOf(suite)], Cancel);
        await ReachAndFindAsync(lab);
        await PublishAndLabelAsync(lab);
        await JoinSeveralAsync(lab);
        await ComeBackAsync(lab);
    }

    private static async Task ReachAndFindAsync(LabHosts lab)
    {
        await lab.ShellAsync("vms100", "docker network create --driver calico --ipam-driver calico-ipam calnet1", Cancel);
        await lab.EventuallyAsync("vms101", "docker network inspect calnet1", _soon, Cancel);
        await lab.ShellAsync("vms100", $"docker run -itd --name e-one --net=calnet1 {Dns} busybox", Cancel);
        await lab.ShellAsync("vms101", "docker run -itd --name e-two --net=calnet1 --network-alias e-alias busybox", Cancel);
        var two = await AddressAsync(lab, "vms101", "e-two");

        Assert.Contains("ttl=62", await lab.EventuallyAsync("vms100", $"docker exec e-one ping -c2 -W2 {two}", _soon, Cancel), StringComparison.Ordinal);
        Assert.Equal("default via 169.254.1.1 dev cali0 \n169.254.1.1 dev cali0 scope link", await lab.ShellAsync("vms100", "docker exec e-one ip route", Cancel));
        foreach (var name in (string[])["e-two", "e-two.calnet1", "e-alias"])
            await lab.EventuallyAsync("vms100", $"docker exec e-one nslookup -type=a {name} | grep {two}", _soon, Cancel);
        await lab.EventuallyAsync("vms100", $"docker exec e-one nslookup {two} | grep e-two.calnet1", _soon, Cancel);
    }

    private static async Task PublishAndLabelAsync(LabHosts lab)
    {
        await lab.ShellAsync("vms100", "docker run -itd --name e-web -p 8080:80 --net=calnet1 --label org.projectcalico.label.tier=web busybox sh -c 'nc -ll -p 80 -e echo served'", Cancel);
        await lab.EventuallyAsync("vms101", "busybox nc -w 2 192.168.26.100 8080 </dev/null | grep served", _soon, Cancel);
        Assert.Contains("tier: web", await lab.ShellAsync("vms100", "calicoctl get workloadendpoints -o yaml", Cancel), StringComparison.Ordinal);

        await lab.ShellAsync("vms101", "docker run -itd --name e-shut --net=calnet1 --label calico.allow.from=nobody-there busybox", Cancel);
        var shut = await AddressAsync(lab, "vms101", "e-shut");
        Assert.False((await lab.ExecAsync("vms100", ["docker", "exec", "e-one", "ping", "-c1", "-W1", shut], Cancel)).Succeeded);
        await lab.ShellAsync("vms100", "docker rm -f e-web", Cancel);
        await lab.ShellAsync("vms101", "docker rm -f e-shut", Cancel);
    }

    private static async Task JoinSeveralAsync(LabHosts lab)
    {
        await lab.ShellAsync("vms100", "docker network create --driver calico --ipam-driver calico-ipam e-second && docker network connect e-second e-one", Cancel);
        await lab.EventuallyAsync("vms101", "docker network connect e-second e-two", _soon, Cancel);
        var second = await AddressAsync(lab, "vms101", "e-two", "e-second");
        await lab.EventuallyAsync("vms101", $"ping -c1 -W2 {second}", _soon, Cancel); // answered by way of calnet1's interface
        await lab.ShellAsync("vms100", "docker network disconnect calnet1 e-one", Cancel);
        await lab.EventuallyAsync("vms100", $"docker exec e-one ping -c1 -W2 {second}", _soon, Cancel);
        await lab.ShellAsync("vms100", "docker network connect calnet1 e-one && docker network disconnect e-second e-one", Cancel);
        await lab.ShellAsync("vms101", "docker network disconnect e-second e-two && docker network rm e-second", Cancel);
    }

    private static async Task ComeBackAsync(LabHosts lab)
    {
        await lab.ShellAsync("vms101", "docker run -itd --name e-again --restart=always --net=calnet1 busybox", Cancel);
        foreach (var (verb, what) in ((string, string)[])[("kill", "docker"), ("kill", "node"), ("start", "node"), ("start", "docker")])
        {
            var result = await lab.DoAsync([verb, "vms101", what], Cancel);
            Assert.True(result.Succeeded, result.Said);
        }

        await lab.EventuallyAsync("vms101", "docker inspect -f '{{.State.Running}}' e-again | grep true", _soon, Cancel);
        var again = await AddressAsync(lab, "vms101", "e-again");
        await lab.EventuallyAsync("vms100", $"docker exec e-one ping -c1 -W2 {again}", _soon, Cancel);
        await lab.EventuallyAsync("vms100", $"docker exec e-one nslookup -type=a e-again | grep {again}", _soon, Cancel);
    }

    private static Task<string> AddressAsync(LabHosts lab, string host, string container, string network = "calnet1") =>
        lab.ShellAsync(host, $"docker inspect -f '{{{{(index .NetworkSettings.Networks \"{network}\").IPAddress}}}}' {container}", Cancel);

    private static string RootOf(string suite) => $"/var/cache/calico-lab/{suite}";
}
