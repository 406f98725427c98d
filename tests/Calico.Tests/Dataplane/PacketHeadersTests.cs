using System.Net;
using Calico.Dataplane;

namespace Calico.Tests.Dataplane;

public sealed class PacketHeadersTests
{
    /// <summary>IPv4 header of 20 bytes (RFC 791), then TCP's ports.</summary>
    private const string Tcp4 = "45000028 00004000 40060000 0a000001 0a000002 0400 0050 00000000";

    [Fact]
    public void Ports_follow_the_header() => Assert.Equal(
        new PacketHeaders(IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), 6, 1024, 80), PacketHeaders.Read(Bytes(Tcp4)));

    [Fact]
    public void A_later_fragment_has_no_ports() => Assert.Null(PacketHeaders.Read(Bytes(Tcp4.Replace("00004000", "00000010", StringComparison.Ordinal)))?.SourcePort);

    [Fact]
    public void Extension_headers_of_IPv6_are_stepped_over()
    {
        // IPv6 header of 40 bytes (RFC 8200): next header 0, a hop-by-hop header of 8 bytes whose next is UDP (17), then UDP's ports.
        var packet = Bytes("60000000 0010 00 40 fd000000000000000000000000000001 fd000000000000000000000000000002 1100000000000000 0035 1000");

        Assert.Equal(new PacketHeaders(IPAddress.Parse("fd00::1"), IPAddress.Parse("fd00::2"), 17, 53, 4096), PacketHeaders.Read(packet));
    }

    [Theory]
    [InlineData("")]
    [InlineData("45")]
    [InlineData("6000")]
    [InlineData("00000000000000000000000000000000000000000000")]
    public void What_is_no_whole_header_is_nothing(string hex) => Assert.Null(PacketHeaders.Read(Bytes(hex)));

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
