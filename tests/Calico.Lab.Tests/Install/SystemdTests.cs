using System.Globalization;
using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Install;

/// <summary>The package under a real systemd, beside Debian's own units of Docker: from its installation to its removal.</summary>
[Trait("tier", "install")]
public sealed class SystemdTests
{
    /// <summary>A host as it is before the first installation; the lab has mounts at some of our places.</summary>
    private const string Fresh = """
        for folder in /var/lib/calico /etc/calico /var/log/calico; do umount $folder; rm -rf $folder; done
        rm -rf /run/calico
        chown etcd: /var/lib/etcd # as Debian's package has it
        """;

    private const string Address = "192.168.7.7";

    private const string Reaches = $"docker exec s-two /busybox ping -c1 -W2 {Address}";

    /// <summary>No registry is asked. Both start again whenever Docker does.</summary>
    private const string Containers = $"""
        tar -c -C /bin busybox | docker import -c 'ENTRYPOINT ["/busybox"]' - bb >/dev/null
        docker network create --driver calico --ipam-driver calico-ipam --subnet 192.168.0.0/16 s-net >/dev/null
        docker run -d --name s-one --net s-net --ip {Address} --restart always --label org.projectcalico.label.color=red bb sleep 10000 >/dev/null
        docker run -d --name s-two --net s-net --restart always bb sleep 10000 >/dev/null
        """;

    private const string StoreInEtcd = """
        apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata:\nspec:\n  datastoreType: etcdv3\n  etcdEndpoints: http://127.0.0.1:2379\n
        """;

    private const string Closed = """
        cat <<'E' | calicoctl apply -f -
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {name: closed}
        spec: {selector: color == 'red', types: [Ingress], ingress: [{action: Deny}]}
        E
        """;

    /// <summary>Those of the lab are not the package's; what systemd keeps of each unit goes with its next start.</summary>
    private const string OurFiles = """
        find /usr /etc /var/lib /run -xdev \( -path /var/lib/calico-lab -o -path /run/.lab -o -path /run/systemd/units \) -prune -o -name '*calico*' -print
        """;

    private const string NotInstalled = "systemd is not installed here: ./dev provision";

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_unit_serves_in_its_sandbox_starts_before_Docker_comes_back_with_the_host_and_is_purged_without_a_trace()
    {
        Assert.SkipUnless(File.Exists(SystemdHost.Program), NotInstalled);
        var package = await Checkout.PackageAsync();
        await using var lab = await LabHosts.UpAsync(["--hosts", "1", "--engine", "none", "--node", "manual"], Cancel);
        var host = await BootAsync(lab);

        Assert.Contains("systemctl enable --now calico-node", await host.ShellAsync($"dpkg --no-triggers -i {package}", Cancel), StringComparison.Ordinal);
        await host.ShellAsync("systemctl enable --now calico-node docker", Cancel);
        await ServesAsync(host);
        await StartedBeforeDockerAsync(host);
        await IsInItsSandboxAsync(host);
        await IsRestartedStoppedAndToldOfAsync(host);
        await ComesBackWithTheHostAsync(host);

        await host.ShellAsync("docker rm -f s-one s-two; docker network rm s-net; systemctl stop docker docker.socket", Cancel);
        await host.ShellAsync("dpkg --no-triggers --purge calico-sharp", Cancel);
        await NothingIsLeftAsync(host);
    }

    /// <summary>The whole of a cluster on one host, each part by its own unit, none of which says when the others are to start.</summary>
    [Fact]
    public async Task With_etcd_beside_it_the_node_works_while_etcd_is_away_and_all_come_back_with_the_host()
    {
        Assert.SkipUnless(File.Exists(SystemdHost.Program), NotInstalled);
        var package = await Checkout.PackageAsync();
        await using var lab = await LabHosts.UpAsync(["--hosts", "1", "--engine", "none", "--node", "manual"], Cancel);
        var host = await BootAsync(lab);
        await host.ShellAsync($"dpkg --no-triggers -i {package} && printf '{StoreInEtcd}' >/etc/calico/calicoctl.cfg", Cancel);

        // The node first: it waits for its store, and says of whom it has heard nothing.
        await host.ShellAsync("systemctl start calico-node && systemctl is-active calico-node", Cancel);
        await host.EventuallyAsync("journalctl -u calico-node -o cat | grep 127.0.0.1:2379", _soon, Cancel);
        await host.ShellAsync("systemctl enable --now etcd docker && systemctl enable calico-node", Cancel);
        await host.EventuallyAsync("calicoctl get nodes -o wide | grep vms100", _soon, Cancel);
        await host.ShellAsync(Containers, Cancel);
        await host.ShellAsync(Reaches, Cancel);
        Assert.Contains("/calico/resources/v3/projectcalico.org/workloadendpoints/", await host.ShellAsync("etcdctl get --prefix --keys-only /calico/", Cancel), StringComparison.Ordinal);

        await host.EventuallyAsync("etcdctl get --prefix --keys-only /calico/ipam/v2/handle/reserve. | grep vms100", _soon, Cancel);
        await host.ShellAsync($"{Reaches} && systemctl stop etcd && {Reaches} && systemctl restart calico-node && {Reaches}", Cancel);
        await host.ShellAsync($"docker run --rm --net s-net bb ping -c1 -W2 {Address}", Cancel); // with an address of the host's reserve
        await host.ShellAsync("systemctl start etcd", Cancel);
        await host.EventuallyAsync("calicoctl ipam check", _soon, Cancel);

        await host.PowerOffAsync(Cancel);
        await host.BootAsync(Cancel);
        await host.EventuallyAsync(Reaches, _soon, Cancel);
        await host.EventuallyAsync("calicoctl ipam check", _soon, Cancel);
    }

    /// <summary>A host of the lab as it is before the first installation, with systemd.</summary>
    private static async Task<SystemdHost> BootAsync(LabHosts lab)
    {
        await lab.ShellAsync("vms100", BareHost.OwnFiles + Fresh, Cancel);
        var host = new SystemdHost(lab, "vms100");
        await host.BootAsync(Cancel);
        return host;
    }

    private static async Task ServesAsync(SystemdHost host)
    {
        await host.ShellAsync("calicoctl node status", Cancel);
        await host.ShellAsync(Containers, Cancel);
        await host.ShellAsync(Reaches, Cancel);
        Assert.Contains("inet calico", await host.ShellAsync("nft list tables", Cancel), StringComparison.Ordinal);
        await host.ShellAsync(Closed, Cancel);
        await host.EventuallyAsync($"! {Reaches}", _soon, Cancel);
        await host.ShellAsync("calicoctl delete globalnetworkpolicy closed", Cancel);
        await host.EventuallyAsync(Reaches, _soon, Cancel);
    }

    /// <summary>Docker looks for its plugins when it starts: the node had said that it was ready by then.</summary>
    private static async Task StartedBeforeDockerAsync(SystemdHost host)
    {
        var ready = await PropertyAsync(host, "calico-node", "ActiveEnterTimestampMonotonic");
        var begun = await PropertyAsync(host, "docker", "ExecMainStartTimestampMonotonic");
        Assert.InRange(long.Parse(ready, CultureInfo.InvariantCulture), 1, long.Parse(begun, CultureInfo.InvariantCulture));
    }

    private static async Task IsInItsSandboxAsync(SystemdHost host)
    {
        var node = await PropertyAsync(host, "calico-node", "MainPID");
        var status = await host.ShellAsync($"cat /proc/{node}/status", Cancel);
        const int NetBindService = 10, NetAdmin = 12, NetRaw = 13, SysPtrace = 19, SysAdmin = 21, DacOverride = 1, Perfmon = 38, Bpf = 39; // linux/capability.h
        var capabilities = new[] { NetBindService, NetAdmin, NetRaw, SysPtrace, SysAdmin, DacOverride, Perfmon, Bpf }.Aggregate(0UL, (all, one) => all | (1UL << one));
        Assert.Contains($"CapEff:\t{capabilities:x16}\n", status, StringComparison.Ordinal);
        Assert.Contains($"CapBnd:\t{capabilities:x16}\n", status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1\n", status, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2\n", status, StringComparison.Ordinal); // SECCOMP_MODE_FILTER

        var calls = (await PropertyAsync(host, "calico-node", "SystemCallFilter")).Split(' ');
        Assert.Contains("bpf", calls); // with which the dataplane loads its programs
        Assert.Contains("setns", calls); // with which it enters containers
        Assert.DoesNotContain("mount", calls);
        Assert.DoesNotContain("kexec_load", calls);

        var within = $"nsenter -t {node} -m --";
        await host.ShellAsync("touch /usr/outside /etc/outside /root/outside && rm /usr/outside /etc/outside", Cancel);
        await host.ShellAsync($"! {within} touch /usr/inside", Cancel);
        await host.ShellAsync($"! {within} touch /etc/inside", Cancel);
        await host.ShellAsync($"! {within} ls /root/outside", Cancel);
        await host.ShellAsync($"{within} touch /var/lib/calico/inside /run/docker/plugins/inside && rm /var/lib/calico/inside /run/docker/plugins/inside", Cancel);
        Assert.Equal("srw------- root", await host.ShellAsync("stat -c '%A %U' /run/docker/plugins/calico.sock", Cancel));
    }

    private static async Task IsRestartedStoppedAndToldOfAsync(SystemdHost host)
    {
        Assert.Contains("systemctl stop calico-node.service", await host.ShellAsync("! calicoctl node stop 2>&1", Cancel), StringComparison.Ordinal);
        await host.ShellAsync($"systemctl restart calico-node && {Reaches} && systemctl is-active docker", Cancel);

        await host.ShellAsync("systemctl stop calico-node && ! calicoctl node status", Cancel);
        Assert.Equal("success", await PropertyAsync(host, "calico-node", "Result"));
        await host.ShellAsync(Reaches, Cancel); // what is in the kernel stays

        await host.ShellAsync("echo AS=none >>/etc/calico/calico-node.env; ! systemctl start calico-node; sed -i '/^AS=/d' /etc/calico/calico-node.env", Cancel);
        await host.ShellAsync("systemctl start calico-node && calicoctl node status", Cancel);

        // journald may be a moment behind.
        await host.EventuallyAsync("journalctl -u calico-node -o cat | grep -F \"AS='none' is not an AS number\"", _soon, Cancel);
        await host.EventuallyAsync("journalctl -u calico-node -p info -o cat | grep -x 'RegistrationLoop: Node vms100 is registered with 192.168.26.100'", _soon, Cancel);
        Assert.Equal("", await host.ShellAsync("journalctl -u calico-node -q -o cat -p err _COMM=calico-node", Cancel));
        Assert.Equal("", await host.ShellAsync("journalctl -u calico-node -o cat | grep '^{' || true", Cancel));
    }

    private static async Task ComesBackWithTheHostAsync(SystemdHost host)
    {
        await host.PowerOffAsync(Cancel);
        await host.BootAsync(Cancel);

        await host.EventuallyAsync(Reaches, _soon, Cancel);
        await StartedBeforeDockerAsync(host);
    }

    private static async Task NothingIsLeftAsync(SystemdHost host)
    {
        Assert.Equal("", await host.ShellAsync(OurFiles, Cancel));
        Assert.Equal("", await host.ShellAsync("nft list tables | grep calico; ip -o link | grep cali; ip route show table all proto bird; true", Cancel));
        Assert.Contains("could not be found", await host.ShellAsync("systemctl status calico-node 2>&1; true", Cancel), StringComparison.Ordinal);
        Assert.Equal("0 loaded units listed.", (await host.ShellAsync("systemctl --failed --no-pager | tail -1", Cancel)).Trim());
    }

    private static Task<string> PropertyAsync(SystemdHost host, string unit, string property) => host.ShellAsync($"systemctl show --value -p {property} {unit}", Cancel);
}
