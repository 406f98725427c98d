using Calico.Lab.Tests.Support;
using Calico.Lab.Tools;

namespace Calico.Lab.Tests.Lab;

/// <summary>What a user finds in a lab that is up. One lab serves all of these tests.</summary>
public sealed class LabTests(LabTests.TwoHostsAndRouter lab) : IClassFixture<LabTests.TwoHostsAndRouter>
{
    private readonly LabHosts _lab = lab.Lab;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hosts_have_the_names_and_addresses_of_the_walkthrough_and_reach_each_other()
    {
        Assert.Equal("vms101", await _lab.ShellAsync("vms101", "hostname", Cancel));
        Assert.Contains("inet 192.168.26.101/24", await _lab.ShellAsync("vms101", "ip -4 address show ens32", Cancel), StringComparison.Ordinal);
        Assert.StartsWith("default via 192.168.26.2 dev ens32", await _lab.ShellAsync("vms101", "ip route", Cancel), StringComparison.Ordinal);
        await _lab.ShellAsync("vms101", "ping -c1 -W2 192.168.26.100 && ping -c1 -W2 vms100", Cancel);
    }

    [Fact]
    public async Task Exec_passes_on_exit_status_and_streams()
    {
        var result = await LabHosts.RunAsync(["exec", "--name", _lab.Name, "vms100", "--", "sh", "-c", "cat; echo wrong >&2; exit 7"], Cancel, input: "said on stdin");

        Assert.Equal(new ToolResult(7, "said on stdin", "wrong\n"), result);
    }

    [Fact]
    public async Task Exec_gives_the_command_the_terminal()
    {
        var terminal = await Tool.RunAsync(["script", "-qec", $"{AppContext.BaseDirectory}/calico-lab exec --name {_lab.Name} vms100 -- tty", "/dev/null"], input: null, Cancel);

        Assert.StartsWith("/dev/pts/", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_ends_with_the_exec_that_started_it()
    {
        await Tool.RunAsync(["timeout", "-s", "KILL", "1", $"{AppContext.BaseDirectory}/calico-lab", "exec", "--name", _lab.Name, "vms100", "--", "sleep", "4711"], input: null, Cancel);

        await _lab.EventuallyAsync("vms100", "! pgrep -f '^sleep 4711'", TimeSpan.FromSeconds(3), Cancel);
    }

    [Fact]
    public async Task Commands_find_docker_of_Debian_and_the_programs_of_this_build()
    {
        Assert.Equal("/usr/bin/docker", await _lab.ShellAsync("vms100", "command -v docker", Cancel));
        Assert.EndsWith("/bin", (await _lab.ShellAsync("vms100", "echo $PATH", Cancel)).Split(':')[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_host_has_an_engine_of_its_own_and_the_busybox_image()
    {
        Assert.Equal("hello", await _lab.ShellAsync("vms100", "docker run --rm --network none busybox echo hello", Cancel));
        await _lab.ShellAsync("vms100", "docker run -d --name only-here --network none busybox sleep 1000", Cancel);

        Assert.Equal("only-here", await _lab.ShellAsync("vms100", "docker ps --format '{{.Names}}'", Cancel));
        Assert.Empty(await _lab.ShellAsync("vms101", "docker ps --format '{{.Names}}'", Cancel));
    }

    [Theory]
    [InlineData("/etc")]
    [InlineData("/run")]
    [InlineData("/var/lib")]
    [InlineData("/var/lib/docker")]
    [InlineData("/etc/calico")]
    public async Task What_a_host_writes_reaches_neither_the_computer_nor_another_host(string folder)
    {
        var file = $"{folder}/{_lab.Name}";
        await _lab.ShellAsync("vms100", $"echo mine >{file}", Cancel);

        Assert.False(File.Exists(file));
        Assert.False((await _lab.ExecAsync("vms101", ["test", "-e", file], Cancel)).Succeeded);
    }

    [Fact]
    public async Task Hosts_share_the_folder_of_the_embedded_store()
    {
        var store = await _lab.ShellAsync("vms100", "sed -n 's/.*datastorePath: //p' /etc/calico/calicoctl.cfg", Cancel);
        await _lab.ShellAsync("vms100", $"echo shared >{store}.test", Cancel);

        Assert.Equal("shared", await _lab.ShellAsync("vms101", $"cat {store}.test", Cancel));
    }

    [Fact]
    public async Task The_kernel_s_settings_are_the_host_s_only_where_they_are_the_network_s()
    {
        await _lab.ShellAsync("vms100", "echo 1 >/proc/sys/net/ipv4/ip_forward", Cancel);

        Assert.False((await _lab.ExecAsync("vms100", ["sh", "-c", "echo 1 >/proc/sys/kernel/keys/maxkeys"], Cancel)).Succeeded);
    }

    [Fact]
    public async Task A_host_s_first_process_reaps_what_has_lost_its_parent()
    {
        await _lab.ShellAsync("vms100", "sh -c 'sleep 0.1 & exec true'; sleep 0.2", Cancel);

        // Another's child may be dead and not yet waited for at any moment; those of the first process are what it has to reap.
        await _lab.EventuallyAsync("vms100", "! ps -eo stat=,ppid=,args= | grep '^Z[^ ]* *1 .*sleep'", TimeSpan.FromSeconds(5), Cancel);
    }

    [Fact]
    public async Task The_router_waits_for_the_hosts_and_a_client_lives_behind_it()
    {
        Assert.Matches(@"vms101\s+BGP .*Passive", await _lab.ShellAsync("tor", "birdc show protocols", Cancel));
        await _lab.ShellAsync("client", "ping -c1 -W2 192.168.26.101", Cancel);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused()
    {
        var again = await LabHosts.RunAsync(["up", "--name", _lab.Name], Cancel);

        Assert.Equal(1, again.ExitStatus);
        Assert.Contains($"lab '{_lab.Name}' exists", again.Error, StringComparison.Ordinal);
        Assert.Equal("vms100", await _lab.ShellAsync("vms100", "hostname", Cancel));
    }

    [Theory]
    [InlineData("has no machine vms999; it has switch, vms100, vms101, tor, client", "exec", "vms999", "--", "true")]
    [InlineData("has no etcd; it has node, docker, all", "kill", "vms100", "etcd")]
    [InlineData("client is not plugged into the switch", "cut", "client", "vms100")]
    public async Task A_wrong_word_is_answered_with_the_right_ones(string answer, params string[] words)
    {
        var result = await _lab.DoAsync(words, Cancel);

        Assert.Equal(1, result.ExitStatus);
        Assert.Contains(answer, result.Error, StringComparison.Ordinal);
    }

    public sealed class TwoHostsAndRouter : IAsyncLifetime
    {
        private LabHosts? _lab;

        public LabHosts Lab => _lab ?? throw new InvalidOperationException("the lab is not up");

        public async ValueTask InitializeAsync() => _lab = await LabHosts.UpAsync(["--hosts", "2", "--node", "manual", "--tor"], Cancel);

        public ValueTask DisposeAsync() => _lab?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
