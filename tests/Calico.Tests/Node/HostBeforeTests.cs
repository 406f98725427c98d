using Calico.Node.Startup;

namespace Calico.Tests.Node;

public sealed class HostBeforeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("calico-before").FullName;

    private string Setting => Path.Combine(_folder, "ip_forward");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_setting_of_the_first_start_is_put_back_whatever_later_starts_find()
    {
        var before = new HostBefore(Path.Combine(_folder, "state"), Setting);
        File.WriteAllText(Setting, "0\n");
        before.Remember();
        File.WriteAllText(Setting, "1\n");
        before.Remember();

        before.Restore();

        Assert.Equal("0\n", File.ReadAllText(Setting));
    }

    [Fact]
    public void A_setting_that_a_later_release_changes_is_written_down_then()
    {
        var later = Path.Combine(_folder, "tcp_be_liberal");
        File.WriteAllText(Setting, "0\n");
        new HostBefore(Path.Combine(_folder, "state"), Setting).Remember();
        File.WriteAllText(Setting, "1\n");
        File.WriteAllText(later, "0\n");
        new HostBefore(Path.Combine(_folder, "state"), Setting, later).Remember();
        File.WriteAllText(later, "1\n");

        new HostBefore(Path.Combine(_folder, "state"), Setting, later).Restore();

        Assert.Equal(("0\n", "0\n"), (File.ReadAllText(Setting), File.ReadAllText(later)));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "state")));
    }

    [Fact]
    public void A_setting_that_comes_with_a_module_after_the_first_start_is_put_back_to_the_kernels_own()
    {
        var before = new HostBefore(Path.Combine(_folder, "state"), Setting);
        before.Remember();
        File.WriteAllText(Setting, "1\n");
        before.Remember();

        before.Restore();

        Assert.Equal("0\n", File.ReadAllText(Setting));
    }

    [Fact]
    public void A_setting_that_has_gone_with_its_module_is_forgotten()
    {
        var before = new HostBefore(Path.Combine(_folder, "state"), Setting);
        File.WriteAllText(Setting, "0\n");
        before.Remember();
        File.Delete(Setting);

        before.Restore();

        Assert.False(File.Exists(Setting));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "state")));
    }

    [Fact]
    public void A_host_that_never_ran_a_node_keeps_its_setting()
    {
        File.WriteAllText(Setting, "1\n");

        new HostBefore(Path.Combine(_folder, "state"), Setting).Restore();

        Assert.Equal("1\n", File.ReadAllText(Setting));
    }
}
