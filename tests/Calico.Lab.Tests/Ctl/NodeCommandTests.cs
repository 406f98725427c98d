using Calico.Lab.Tests.Support;

namespace Calico.Lab.Tests.Ctl;

/// <summary><c>calicoctl node</c> with the real calico-node, on a host of a lab.</summary>
public sealed class NodeCommandTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_is_stopped_started_and_looked_at()
    {
        await using var lab = await LabHosts.UpAsync(["--hosts", "1", "--engine", "none"], Cancel);
        Assert.StartsWith("Calico process is running.", await lab.ShellAsync("vms100", "calicoctl node status", Cancel), StringComparison.Ordinal);

        Assert.StartsWith("Calico node stopped", await lab.ShellAsync("vms100", "calicoctl node stop", Cancel), StringComparison.Ordinal);
        var status = await lab.ExecAsync("vms100", ["calicoctl", "node", "status"], Cancel);
        Assert.Equal(1, status.ExitStatus);
        Assert.StartsWith("Calico process is not running.", status.Error, StringComparison.Ordinal);

        // A name that no node can have: the node says so and ends, and so does the command.
        var refused = await lab.ExecAsync("vms100", ["calicoctl", "node", "run", "--name", "Bad_Name"], Cancel);
        Assert.Equal(1, refused.ExitStatus);
        Assert.Contains("calico-node ended with status 1", refused.Error, StringComparison.Ordinal);
        Assert.Contains("'Bad_Name' cannot be a node's name", refused.Error, StringComparison.Ordinal);

        // As the walkthrough starts it.
        var started = await lab.ShellAsync("vms100", "calicoctl node run --node-image=calico/node -c /etc/calico/calicoctl.cfg 2>&1", Cancel);
        Assert.Contains("the image calico/node is not used", started, StringComparison.Ordinal);
        Assert.Contains("Calico node started successfully\nIts log is /var/log/calico/calico-node.log", started, StringComparison.Ordinal);
        Assert.Contains("Calico node is already running", await lab.ShellAsync("vms100", "calicoctl node run", Cancel), StringComparison.Ordinal);

        // Whoever is on the host may ask how the node is.
        Assert.Equal("666", await lab.ShellAsync("vms100", "stat -c %a /run/calico/node.sock", Cancel));
        Assert.Contains("\"node\":\"vms100\"", await lab.ShellAsync("vms100", "calicoctl node status -o json", Cancel), StringComparison.Ordinal);
        Assert.Contains("vms100   (64512)   192.168.26.100/24", await lab.ShellAsync("vms100", "calicoctl get nodes -o wide", Cancel), StringComparison.Ordinal);

        // As in a container image in which nobody has a name.
        await lab.ShellAsync("vms100", "mkdir /run/away && mv /etc/passwd /etc/nsswitch.conf /run/away; calicoctl label nodes vms100 rack=one; done=$?; mv /run/away/* /etc; exit $done", Cancel);
        Assert.Contains("calicoctl label (uid 0@vms100)", await lab.ShellAsync("vms100", "calicoctl history node vms100", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_host_of_the_same_name_is_refused_and_an_address_that_would_be_a_guess_is_not_taken()
    {
        await using var lab = await LabHosts.UpAsync(["--hosts", "2", "--engine", "none"], Cancel);
        await lab.ShellAsync("vms101", "calicoctl node stop", Cancel);

        var twin = await lab.ExecAsync("vms101", ["calicoctl", "node", "run", "--name", "vms100"], Cancel);
        Assert.Equal(1, twin.ExitStatus);
        Assert.Contains("the node name 'vms100' is taken by the host at 192.168.26.100, and this host is at 192.168.26.101", twin.Error, StringComparison.Ordinal);

        var check = await lab.ShellAsync("vms101", "calicoctl node checksystem", Cancel);
        Assert.Contains("node name      OK   vms101\n", check, StringComparison.Ordinal);
        Assert.Contains("the only one that will do; seen 192.168.26.101/24 on ens32)", check, StringComparison.Ordinal);
        Assert.EndsWith("System meets minimum system requirements to run Calico!", check, StringComparison.Ordinal);

        // Another interface, and no gateway that would tell which is the host's.
        await lab.ShellAsync("vms101", "ip link add ens33 type veth peer name peer33 && ip address add 10.9.0.1/24 dev ens33 && ip link set ens33 up && ip route del default", Cancel);
        check = (await lab.ExecAsync("vms101", ["calicoctl", "node", "checksystem"], Cancel)).Output;
        Assert.Contains("IPv4 address   FAIL", check, StringComparison.Ordinal);
        await lab.ShellAsync("vms101", "calicoctl delete node vms101", Cancel);
        var guess = await lab.ExecAsync("vms101", ["calicoctl", "node", "run"], Cancel);
        Assert.Equal(1, guess.ExitStatus);
        Assert.Contains("would be a guess", guess.Error, StringComparison.Ordinal);
        Assert.Contains("192.168.26.101/24 on ens32, 10.9.0.1/24 on ens33", guess.Error, StringComparison.Ordinal);

        await FillTheDiskAsync(lab);

        // Told how to find it, it starts, under the name that it has kept whatever the host is called by now.
        await lab.ShellAsync("vms101", "HOSTNAME=other calicoctl node run --ip-autodetection-method cidr=192.168.26.0/24", Cancel);
        Assert.Contains("\"node\":\"vms101\"", await lab.ShellAsync("vms101", "calicoctl node status -o json", Cancel), StringComparison.Ordinal);
        Assert.Contains("[not in a network that was asked for]", await lab.ShellAsync("vms101", "cat /var/log/calico/calico-node.log", Cancel), StringComparison.Ordinal);
    }

    /// <summary>The embedded store where there is no room left: nothing is lost, and it goes on by itself.</summary>
    private static async Task FillTheDiskAsync(LabHosts lab)
    {
        const string Ctl = "calicoctl -c /run/full.cfg";
        const string Settings = "{apiVersion: projectcalico.org/v3, kind: CalicoAPIConfig, spec: {datastoreType: embedded, datastorePath: /run/full/calico.db}}";
        const string Tier = "{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: NAME}, spec: {order: 1}}";
        await lab.ShellAsync(
            "vms101", $"mkdir /run/full && mount -t tmpfs -o size=1m tmpfs /run/full && echo '{Settings}' >/run/full.cfg && echo '{Tier.Replace("NAME", "one", StringComparison.Ordinal)}' | {Ctl} create -f -", Cancel);
        await lab.ShellAsync("vms101", "dd if=/dev/zero of=/run/full/rest bs=1k 2>/dev/null; [ $(df --output=avail /run/full | tail -n1) = 0 ]", Cancel);

        var refused = await lab.ExecAsync("vms101", ["sh", "-c", $"echo '{Tier.Replace("NAME", "two", StringComparison.Ordinal)}' | {Ctl} create -f -"], Cancel);
        Assert.Equal(1, refused.ExitStatus);
        Assert.Matches("/run/full/calico.db: .*(free some space on|the disk failed or is full: check) /run/full", refused.Error);

        await lab.ShellAsync("vms101", $"rm /run/full/rest && echo '{Tier.Replace("NAME", "two", StringComparison.Ordinal)}' | {Ctl} create -f -", Cancel);
        Assert.Equal("tier/one\ntier/two", await lab.ShellAsync("vms101", $"{Ctl} get tiers -o name; umount /run/full", Cancel));
    }
}
