using System.Diagnostics;
using Calico.Ctl;
using Calico.Ctl.NodeProcess;

namespace Calico.Tests.Ctl;

/// <summary>How a node that runs was started, with <c>sleep</c> in its place.</summary>
public sealed class RunningNodeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("calicoctl-test-").FullName;

    private string Program => Path.Combine(_folder, "calico-node");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task One_whose_program_was_replaced_is_started_as_it_was_from_where_the_program_lies_now()
    {
        File.Copy("/usr/bin/sleep", Program);
        var log = Path.Combine(_folder, "node.log");
        var process = DetachedProcess.Start(Program, ["1000"], ["NODENAME=vms100", "ETCD_ENDPOINTS=http://a:2379,http://b:2379", "IP=a=b"], log);
        try
        {
            while (!HasBegun(process.Id))
                await Task.Delay(10, TestContext.Current.CancellationToken);
            File.Delete(Program);

            var launch = RunningNode.LaunchOf(process.Id);

            Assert.Equal(Program, launch.Program);
            Assert.Equal(log, launch.Log);
            Assert.Equal(["NODENAME=vms100", "ETCD_ENDPOINTS=http://a:2379,http://b:2379", "IP=a=b"], launch.Environment);
            Assert.Equal($"NODENAME=vms100 ETCD_ENDPOINTS=http://a:2379,http://b:2379 IP=a=b {Program}", launch.CommandLine);
        }
        finally
        {
            await NodeStop.RunAsync(process.Id, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>The kernel has a process's new name before it has its new environment.</summary>
    private static bool HasBegun(int process) =>
        File.ReadAllText($"/proc/{process}/comm").StartsWith("calico-node", StringComparison.Ordinal) && File.ReadAllText($"/proc/{process}/environ").Length > 0;

    [Fact]
    public void One_that_somebody_else_has_in_hand_is_left_to_that()
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/sleep", "1000") { RedirectStandardOutput = true }) ?? throw new InvalidOperationException("no process");
        try
        {
            Assert.Contains("restarted by what started it", Assert.Throws<CommandException>(() => RunningNode.LaunchOf(process.Id)).Message, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [InlineData("socket:[4711]", "0::/system.slice/calico-node.service", "calico-node.service")]
    [InlineData("socket:[4711]", "12:memory:/|1:name=systemd:/system.slice/calico.service", "calico.service")]
    [InlineData("/var/log/calico/node.log", "0::/system.slice/ssh.service", null)] // calicoctl node run, by ssh
    [InlineData("pipe:[4711]", "0::/docker/0123456789ab", null)]
    public void Systemd_is_who_has_it_in_hand_where_its_group_is_a_unit_and_it_writes_to_no_file(string output, string groups, string? unit) =>
        Assert.Equal(unit, RunningNode.UnitIn(output, groups.Split('|')));

    [Fact]
    public void One_that_has_ended_cannot_be_asked() =>
        Assert.Contains("cannot be asked", Assert.Throws<CommandException>(() => RunningNode.LaunchOf(int.MaxValue)).Message, StringComparison.Ordinal);
}
