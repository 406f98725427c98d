using Calico.Netlink;

namespace Calico.Lab.Tests.Netlink;

public sealed class NamespaceTests
{
    [Fact]
    public void One_made_here_is_one_of_ip_netns_and_the_other_way_round()
    {
        using var fresh = new FreshNamespace();
        var theirs = fresh.Name + "-ip";
        fresh.Run("/usr/sbin/ip", "netns", "add", theirs);

        Assert.Contains(fresh.Name, fresh.Run("/usr/sbin/ip", "netns", "list"), StringComparison.Ordinal);
        Assert.Contains(theirs, NetworkNamespace.Names());
        Assert.Contains("lo:", fresh.Run("/usr/sbin/ip", "netns", "exec", fresh.Name, "/usr/sbin/ip", "link"), StringComparison.Ordinal);
        Assert.True(NetworkNamespace.Delete(theirs));
        Assert.False(NetworkNamespace.Delete(theirs));
    }

    [Fact]
    public void Work_runs_inside_and_leaves_the_caller_where_it_was()
    {
        using var fresh = new FreshNamespace();
        var before = File.ResolveLinkTarget("/proc/thread-self/ns/net", false)?.Name;

        var inside = fresh.Network.Run(() => File.ResolveLinkTarget("/proc/thread-self/ns/net", false)?.Name);

        Assert.NotEqual(before, inside);
        Assert.Equal(before, File.ResolveLinkTarget("/proc/thread-self/ns/net", false)?.Name);
    }

    [Fact]
    public void What_goes_wrong_inside_comes_out() =>
        Assert.Equal("inside", Assert.Throws<InvalidOperationException>(ThrowInside).Message);

    [Fact]
    public void A_name_that_is_taken_and_a_path_that_is_not_there_are_told()
    {
        using var fresh = new FreshNamespace();

        Assert.Equal(Errno.EEXIST, Assert.Throws<NetlinkException>(() => NetworkNamespace.Create(fresh.Name)).Errno);
        Assert.Equal(Errno.ENOENT, Assert.Throws<NetlinkException>(() => NetworkNamespace.OpenPath("/run/netns/calnl-none")).Errno);
        Assert.Equal(Errno.EINVAL, Assert.Throws<NetlinkException>(() =>
        {
            using var notOne = NetworkNamespace.OpenPath("/proc/self/status");
            notOne.Run(() => 0);
        }).Errno);
    }

    [Fact]
    public void Settings_are_those_of_the_namespace()
    {
        using var fresh = new FreshNamespace();
        fresh.Network.Run(() =>
        {
            Assert.Equal("0", Sysctl.Read("net/ipv4/ip_forward"));
            Assert.True(Sysctl.Write("net/ipv4/ip_forward", 1));
            Assert.Equal("1", Sysctl.Read("net/ipv4/ip_forward"));
            Assert.Null(Sysctl.Read("net/ipv4/conf/none/rp_filter"));
            Assert.False(Sysctl.Write("net/ipv4/conf/none/rp_filter", 1));
            var refused = Assert.Throws<NetlinkException>(() => Sysctl.Write("net/ipv4/ip_forward", "never"));
            Assert.StartsWith("write never to /proc/sys/net/ipv4/ip_forward: EINVAL", refused.Message, StringComparison.Ordinal);
        });
    }

    private static void ThrowInside()
    {
        using var fresh = new FreshNamespace();
        fresh.Network.Run(() => throw new InvalidOperationException("inside"));
    }
}
