using Calico.Names;

namespace Calico.Tests.Names;

public sealed class HostServersTests
{
    [Theory]
    [InlineData("nameserver 127.0.0.1\n", true)]
    [InlineData("# a comment\nsearch example.org\nnameserver\t127.0.0.1\nnameserver ::1\n", true)]
    [InlineData("nameserver 127.0.0.1\nnameserver 10.0.0.53\n", false)]
    [InlineData("nameserver 127.0.0.53\noptions edns0\n", false)]
    [InlineData("nameserver 10.0.0.53", false)]
    [InlineData("nameserver nonsense\n", false)]
    [InlineData("", false)]
    public void Servers_are_out_of_sight_where_all_are_on_the_loopback(string text, bool expected) =>
        Assert.Equal(expected, HostServers.AreOutOfSight(text));
}
