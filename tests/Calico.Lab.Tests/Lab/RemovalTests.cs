using System.Diagnostics;
using Calico.Lab.Tests.Support;
using Calico.Lab.Tools;

namespace Calico.Lab.Tests.Lab;

/// <summary>A lab goes without a trace, whatever happened to it. No other test runs meanwhile: these look at the whole computer.</summary>
[Collection(nameof(Alone))]
public sealed class RemovalTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Down_leaves_the_computer_as_it_was_and_other_labs_alone()
    {
        var before = await Footprint.TakeAsync(Cancel);
        await using var stays = await LabHosts.UpAsync(["--hosts", "1", "--engine", "none", "--node", "manual"], Cancel);
        var between = await Footprint.TakeAsync(Cancel);
        await using var goes = await LabHosts.UpAsync(["--hosts", "2", "--datastore", "etcd", "--node", "manual", "--tor"], Cancel);
        await goes.ShellAsync("vms100", "docker run -d --name web busybox sleep 1000; ip netns add inside; nft add table inet mine", Cancel);
        await goes.ShellAsync("vms101", "setsid sleep 1000 >/dev/null 2>&1 &", Cancel);

        var processes = await Footprint.ProcessesAsync(goes.Name, Cancel);
        foreach (var program in (string[])["dockerd", "containerd-shim", "etcd", "bird", "sleep 1000"])
            Assert.Contains(processes, process => process.Contains(program, StringComparison.Ordinal));

        await goes.DisposeAsync();
        await Footprint.IsAsync(between, Cancel);
        Assert.Empty(await Footprint.StillThereAsync(processes, Cancel));
        Assert.Equal("vms100", await stays.ShellAsync("vms100", "hostname", Cancel));

        await stays.DisposeAsync();
        await Footprint.IsAsync(before, Cancel);
    }

    [Theory]
    [InlineData("wiring", 0)]
    [InlineData("wiring", 300)]
    [InlineData("starting etcd", 0)]
    [InlineData("starting docker", 0)]
    [InlineData("starting docker", 1000)]
    public async Task Down_removes_what_an_up_that_was_killed_left_behind(string step, int milliseconds)
    {
        var before = await Footprint.TakeAsync(Cancel);
        var name = LabHosts.NewName();
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "calico-lab"), ["up", "--name", name, "--hosts", "3", "--datastore", "etcd", "--node", "manual", "--tor"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        using (var up = Process.Start(start))
        {
            Assert.NotNull(up);
            while (await up.StandardError.ReadLineAsync(Cancel) is { } line && !line.Contains(step, StringComparison.Ordinal))
                Assert.DoesNotContain("failed", line, StringComparison.Ordinal);

            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, Cancel);
            up.Kill();
            await up.WaitForExitAsync(Cancel);
        }

        var down = await LabHosts.RunAsync(["down", "--name", name], Cancel);
        Assert.True(down.Succeeded, down.Said);
        await Footprint.IsAsync(before, Cancel);
    }

    [Fact]
    public async Task An_up_that_fails_halfway_says_why_and_leaves_nothing()
    {
        var before = await Footprint.TakeAsync(Cancel);
        using var programs = new ProgramFolder();
        programs.Add("calico-node", "exit 0");
        programs.Add("calicoctl", "echo 'no store answers at 192.0.2.1' >&2; exit 3");

        var up = await Tool.RunAsync([programs.Lab, "up", "--name", LabHosts.NewName(), "--hosts", "2", "--engine", "none"], input: null, Cancel);

        Assert.Equal(1, up.ExitStatus);
        Assert.Matches("calicoctl node run -c /etc/calico/calicoctl.cfg on vms10[01] failed: exit status 3: no store answers at 192.0.2.1", up.Error);
        await Footprint.IsAsync(before, Cancel);
    }

    [Fact]
    public async Task A_daemon_that_ends_at_once_is_reported_with_its_last_words()
    {
        var before = await Footprint.TakeAsync(Cancel);
        using var programs = new ProgramFolder();
        programs.Add("dockerd", "echo 'failed to start daemon: no luck today' >&2; exit 1");

        var up = await Tool.RunAsync([programs.Lab, "up", "--name", LabHosts.NewName(), "--hosts", "1", "--node", "manual"], input: null, Cancel);

        Assert.Equal(1, up.ExitStatus);
        Assert.Contains("docker on vms100 ended:\n    failed to start daemon: no luck today", up.Error, StringComparison.Ordinal);
        await Footprint.IsAsync(before, Cancel);
    }

    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;
}
