using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Install;

/// <summary>The Debian package and the image on a host that has nothing of ours: installed, used and taken away.</summary>
[Trait("tier", "install")]
public sealed class PackageTests
{
    /// <summary>The programs of the package, not those of the build.</summary>
    private const string Installed = "export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C; ";

    /// <summary>All that we could leave behind: files, links, routes, rules, what nftables has, and the network's settings.</summary>
    private const string Everything = """
        find /usr /etc /var/lib /var/log /run/calico -xdev \( -path /var/lib/docker -o -path /var/lib/dpkg -o -path /var/lib/calico-lab -o -path /var/log/calico -o -path /usr/share/mime \) -prune -o -print | grep -v '/var/log/dpkg.log\|/var/log/alternatives.log' | sort
        find /run/docker/plugins -type s 2>/dev/null | sort
        ip -o link | cut -d: -f2 | sort
        ip route show table all | sort; ip -6 route show table all | sort; ip rule; ip -6 rule
        nft -s list ruleset
        sysctl -a 2>/dev/null | grep '^net\.' | grep -v 'random\|nf_conntrack_count\|\.netdev\|neigh.*gc\|fs\.'
        """;

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Installed_used_upgraded_under_traffic_and_purged_the_package_leaves_the_host_as_it_was()
    {
        var package = await Checkout.PackageAsync();
        await using var lab = await LabHosts.UpAsync(["--hosts", "2", "--node", "manual"], Cancel);
        await lab.ShellAsync("vms100", "cp /etc/calico/calicoctl.cfg /run/\n" + BareHost.OwnFiles, Cancel);
        await lab.EventuallyAsync("vms100", "ip -6 -o addr show dev ens32 scope link -tentative | grep fe80", TimeSpan.FromSeconds(20), Cancel); // its route comes a second or two after the link
        var before = await OnAsync(lab, Everything);

        await OnAsync(lab, $"dpkg --no-triggers -i {package}");
        await ComesWithPagesAndCompletionAsync(lab);
        await OnAsync(lab, "cp /run/calicoctl.cfg /etc/calico/");
        await ServesAsync(lab, "calicoctl node run");
        Assert.Contains("inet calico", await OnAsync(lab, "nft list tables"), StringComparison.Ordinal);

        await using (var traffic = await UpgradeTraffic.StartAsync(lab, Cancel))
        {
            var said = await OnAsync(lab, $"dpkg --no-triggers -i {await Checkout.NextPackageAsync(package)}");
            Assert.Contains("Calico node started successfully", said, StringComparison.Ordinal);
            Assert.Equal("+next", await OnAsync(lab, "dpkg-query -W -f '${Version}' calico-sharp | grep -o '+.*'"));
            await OnAsync(lab, "[ /proc/$(pidof calico-node)/exe -ef /usr/lib/calico-sharp/calico-node ] && cmp /run/calicoctl.cfg /etc/calico/calicoctl.cfg");
            await traffic.WasUntouchedAsync();
        }

        await OnAsync(lab, "dpkg --no-triggers --purge calico-sharp");
        var after = await OnAsync(lab, Everything);
        Assert.Empty(after.Split('\n').Except(before.Split('\n'))); // what has come
        Assert.Empty(before.Split('\n').Except(after.Split('\n'))); // what has gone
        Assert.Equal("", await OnAsync(lab, "ls /var/log/calico | grep -v docker.log; true"));
    }

    [Fact]
    public async Task The_image_is_loaded_and_run_as_a_container_and_stopped()
    {
        var image = await Checkout.ImageAsync();
        await using var lab = await LabHosts.UpAsync(["--hosts", "1", "--node", "manual"], Cancel);
        var loaded = await lab.ShellAsync("vms100", $"docker load -i {image}", Cancel);
        Assert.StartsWith("Loaded image: calico-sharp/node:", loaded, StringComparison.Ordinal);
        var run = $"calicoctl node run --node-image={loaded["Loaded image: ".Length..]} -c /etc/calico/calicoctl.cfg";

        var dry = await lab.ShellAsync("vms100", $"{run} --init-system --dryrun", Cancel);
        Assert.Contains("docker run --net=host --pid=host --name=calico-node --rm ", dry, StringComparison.Ordinal);
        Assert.EndsWith("docker stop calico-node", dry, StringComparison.Ordinal);
        Assert.Equal("", await lab.ShellAsync("vms100", "docker ps -aq", Cancel));

        var refused = await lab.ExecAsync("vms100", ["sh", "-c", $"{run} --name Bad_Name"], Cancel);
        Assert.Equal(1, refused.ExitStatus);
        Assert.Contains("'Bad_Name' cannot be a node's name", refused.Error, StringComparison.Ordinal);
        Assert.Equal("", await lab.ShellAsync("vms100", "docker ps -aq", Cancel)); // nothing half-made

        await ServesAsync(lab, run, path: "");
        Assert.Equal("calico-node", await lab.ShellAsync("vms100", "docker ps --format '{{.Names}}'", Cancel));
        Assert.Contains("already running", await lab.ShellAsync("vms100", run, Cancel), StringComparison.Ordinal);
        Assert.Contains("it was container calico-node", await lab.ShellAsync("vms100", "calicoctl node stop", Cancel), StringComparison.Ordinal);
        await lab.EventuallyAsync("vms100", "! calicoctl node status", _soon, Cancel);
    }

    private static async Task ComesWithPagesAndCompletionAsync(LabHosts lab)
    {
        Assert.Equal(3, (await OnAsync(lab, "man -w calicoctl calico-node calico-bgpd")).Split('\n').Length);
        Assert.Equal("status stop", await OnAsync(lab, """
            bash -c '. /usr/share/bash-completion/completions/calicoctl; COMP_LINE="sudo calicoctl node st" COMP_POINT=22 COMP_WORDS=(sudo calicoctl node st) COMP_CWORD=3; _calicoctl; echo ${COMPREPLY[@]}'
            """));
        Assert.Equal("status\nstop", await OnAsync(lab, "fish -c 'complete -C \"calicoctl node st\"'"));
        Assert.Contains("\nstatus\n", await OnAsync(lab, """
            zsh -fc 'compadd() { shift; print -l "" $@ }; words=(calicoctl node st) CURRENT=3; . /usr/share/zsh/vendor-completions/_calicoctl'
            """), StringComparison.Ordinal);
    }

    /// <summary>A node that starts, whose network has two containers that reach each other, and nothing of these is left.</summary>
    private static async Task ServesAsync(LabHosts lab, string run, string path = Installed)
    {
        Assert.Contains("Calico node started successfully", await lab.ShellAsync("vms100", path + run, Cancel), StringComparison.Ordinal);
        Assert.Contains("System meets minimum system requirements", await lab.ShellAsync("vms100", path + "calicoctl node checksystem", Cancel), StringComparison.Ordinal);
        await lab.ShellAsync("vms100", path + """
            docker network create --driver calico --ipam-driver calico-ipam p-net
            docker run -d --name p-one --net p-net busybox sleep 1000
            docker run --rm --net p-net busybox ping -c1 -W2 $(docker inspect -f '{{ (index .NetworkSettings.Networks "p-net").IPAddress }}' p-one)
            docker rm -f p-one
            docker network rm p-net
            """, Cancel);
        var diags = await lab.ShellAsync("vms100", path + "a=$(calicoctl node diags | sed -n 's/^Diags saved to //p'); tar -tzf $a; rm -r $(dirname $a)", Cancel);
        foreach (var part in (string[])["nft_ruleset", "ipv4_route", "node_status.json"])
            Assert.Contains($"diagnostics/{part}", diags, StringComparison.Ordinal);
    }

    private static Task<string> OnAsync(LabHosts lab, string line) => lab.ShellAsync("vms100", Installed + line, Cancel);
}
