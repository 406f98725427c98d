using Calico.Lab.Plan;
using Calico.Lab.Tests.Support;
using Calico.Lab.Tools;

namespace Calico.Lab.Tests.Install;

/// <summary>The playbook of <c>deploy/ansible</c> with real ansible, over ssh, on three hosts that have nothing of ours.</summary>
/// <remarks>No systemd runs in a lab: the init scripts of Debian's packages serve. What the playbook does where it runs is only looked through.</remarks>
[Trait("tier", "install")]
public sealed class AnsibleTests
{
    /// <summary>No registry is asked; what it prints is the address.</summary>
    private const string Container = """
        tar -c -C /bin busybox | docker import -c 'ENTRYPOINT ["/busybox"]' - bb >/dev/null
        docker run -d --name a-one --net calnet1 bb sleep 1000 >/dev/null
        docker inspect -f '{{ .NetworkSettings.Networks.calnet1.IPAddress }}' a-one
        """;

    private static readonly string[] _hosts = ["vms100", "vms101", "vms102"];

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    private static string Playbook => Path.Combine(Checkout.Root, "deploy/ansible");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_hosts_get_etcd_Docker_node_and_network_and_a_second_run_changes_nothing()
    {
        var package = await Checkout.PackageAsync();
        var folder = Directory.CreateTempSubdirectory("calico-ansible-").FullName;
        await using var lab = await LabHosts.UpAsync(["--hosts", "3", "--engine", "none", "--node", "manual"], Cancel);
        try
        {
            await PrepareAsync(lab, folder);
            var first = await PlayAsync(lab, folder, package);
            Assert.Equal(3, Recaps(first).Count(line => !line.Contains(" changed=0 ", StringComparison.Ordinal)));
            await AllReachEachOtherAsync(lab);

            var second = Recaps(await PlayAsync(lab, folder, package));
            Assert.All(second, line => Assert.Contains(" changed=0 ", line, StringComparison.Ordinal));
            Assert.Equal(3, second.Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_it_does_where_systemd_runs_is_well_formed_and_names_units_that_there_are()
    {
        var folder = Directory.CreateTempSubdirectory("calico-ansible-").FullName;
        try
        {
            var play = Path.Combine(folder, "play.yml"); // what is imported is read at once, what is included when its turn comes
            var tasks = string.Concat(TaskFiles().Select(file => $"    - ansible.builtin.import_tasks: {file}\n"));
            await File.WriteAllTextAsync(play, $"- hosts: localhost\n  tasks:\n{tasks}", Cancel);
            var read = await Tool.RunAsync(["env", $"HOME={folder}", "LC_ALL=C.UTF-8", "ansible-playbook", "-i", "localhost,", "--syntax-check", play], input: null, Cancel);
            Assert.True(read.Succeeded, read.Said);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        var unit = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "deploy/systemd/calico-node.service"), Cancel);
        Assert.Contains("EnvironmentFile=-/etc/calico/calico-node.env", unit, StringComparison.Ordinal); // which the role writes
        var lines = await Task.WhenAll(TaskFiles().Select(file => File.ReadAllLinesAsync(file, Cancel)));
        var units = lines.SelectMany(ServicesOf).Distinct().Order().ToList();
        Assert.Equal(["calico-node", "docker", "etcd"], units);
        Assert.All(units.Skip(1), name => Assert.True(File.Exists($"/lib/systemd/system/{name}.service"), name));
    }

    private static string[] TaskFiles() => Directory.GetFiles(Path.Combine(Playbook, "roles/calico_sharp/tasks"), "*.yml");

    private static IEnumerable<string> ServicesOf(string[] lines) => lines
        .Where((_, n) => n > 0 && lines[n - 1].Trim() == "ansible.builtin.service:")
        .Select(line => line.Trim()["name: ".Length..]);

    /// <summary>Own files, and sshd with a key; Docker in the lab's control group, and as an init script that is content with the limits there are.</summary>
    private static async Task PrepareAsync(LabHosts lab, string folder)
    {
        var made = await Tool.RunAsync(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", $"{folder}/key"], input: null, Cancel);
        Assert.True(made.Succeeded, made.Said);
        await Parallel.ForEachAsync(_hosts, Cancel, async (host, cancel) => await lab.ShellAsync(host, BareHost.OwnFiles + $$"""
            chown etcd /var/lib/etcd # as its package does
            rm -f /etc/default/etcd /sbin/init # by which ansible would know systemd, which does not run here
            sed -i 's/^\([[:space:]]*\)ulimit .*/\1:/' /etc/init.d/docker # not every computer lets its root raise limits
            echo 'cgroup /sys/fs/cgroup cgroup defaults 0 0' >>/etc/fstab # by which the script knows that they are there
            echo 'DOCKER_OPTS="--exec-opt native.cgroupdriver=cgroupfs --cgroup-parent /calico-lab/{{lab.Name}}/{{host}}"' >/etc/default/docker
            rm -f /root/.bashrc /root/.profile # every step would read what a user of this computer has in there
            mkdir -p /run/sshd /root/.ssh
            cp {{folder}}/key.pub /root/.ssh/authorized_keys
            /usr/sbin/sshd -o PermitRootLogin=prohibit-password -o StrictModes=no -o UsePAM=no -o SetEnv=PATH=/usr/sbin:/usr/bin:/sbin:/bin
            """, cancel));
        var lines = _hosts.Select((host, n) => $"{host} ansible_host={Machine.Host(n).Address}");
        await File.WriteAllTextAsync($"{folder}/inventory", $"[docker]\n{string.Join('\n', lines)}\n[etcd]\n{string.Join('\n', _hosts)}\n", Cancel);
    }

    /// <summary>From inside the lab's network, with nothing of this computer's own ssh settings.</summary>
    private static async Task<string> PlayAsync(LabHosts lab, string folder, string package)
    {
        var result = await Tool.RunAsync(
            [
                "ip", "netns", "exec", $"{lab.Name}-vms100", "env", "-C", Playbook,
                $"HOME={folder}", "LC_ALL=C.UTF-8", "ANSIBLE_HOST_KEY_CHECKING=false", $"ANSIBLE_LOCAL_TEMP={folder}/local", $"ANSIBLE_SSH_CONTROL_PATH_DIR={folder}/cp",
                "ansible-playbook", "-i", $"{folder}/inventory", "--private-key", $"{folder}/key", "-u", "root",
                "-e", $"calico_package={package}", "-e", "ansible_python_interpreter=/usr/bin/python3", "site.yml",
            ],
            input: null,
            Cancel);
        Assert.True(result.Succeeded, result.Said);
        return result.Output;
    }

    /// <summary>The last lines of a run, one a host: <c>vms100 : ok=17 changed=8 unreachable=0 failed=0 …</c></summary>
    private static List<string> Recaps(string said) => [.. said.Split('\n').Where(line => line.Contains(" changed=", StringComparison.Ordinal))];

    /// <summary>A container on each host, each of which reaches the others by two hops.</summary>
    private static async Task AllReachEachOtherAsync(LabHosts lab)
    {
        var addresses = await Task.WhenAll(_hosts.Select(async host =>
        {
            await lab.EventuallyAsync(host, "docker network inspect calnet1", _soon, Cancel);
            return await lab.ShellAsync(host, Container, Cancel);
        }));
        await Task.WhenAll(_hosts.SelectMany((host, n) => addresses.Where((_, other) => other != n).Select(address =>
            lab.EventuallyAsync(host, $"docker exec a-one /busybox ping -c1 -W2 {address} | grep ttl=62", _soon, Cancel))));
    }
}
