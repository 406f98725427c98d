using System.Net;
using Calico.Netlink.Conntracking;
using Calico.Netlink.Logging;

namespace Calico.Tests.Netlink;

public sealed class FlowFrameTests
{
    [Fact]
    public void A_flow_is_read_with_both_directions()
    {
        var flow = FlowTable.Decode(Bytes(
            """
            02 00 0000
            3400 0180
              1400 0180  0800 0100 0a000001  0800 0200 c0a81a64
              1c00 0280  0500 0100 06 000000  0600 0200 c350 0000  0600 0300 0050 0000
            3400 0280
              1400 0180  0800 0100 0a000002  0800 0200 0a000001
              1c00 0280  0500 0100 06 000000  0600 0200 1f90 0000  0600 0300 c350 0000
            0800 0c00 01020304
            """));

        Assert.NotNull(flow);
        Assert.Equal(new FlowTuple(6, IPAddress.Parse("10.0.0.1"), 50000, IPAddress.Parse("192.168.26.100"), 80), flow.Original);
        Assert.Equal(new FlowTuple(6, IPAddress.Parse("10.0.0.2"), 8080, IPAddress.Parse("10.0.0.1"), 50000), flow.Reply);
        Assert.True(flow.Involves(IPAddress.Parse("10.0.0.2")));
        Assert.False(flow.Involves(IPAddress.Parse("10.0.0.3")));
    }

    [Fact]
    public void A_logged_packet_is_read_with_its_prefix_and_links()
    {
        var packet = PacketLog.Decode(0x0400, Bytes(
            """
            02 00 0006
            0800 0100 0800 02 00
            0800 0400 00000007
            0800 0500 00000009
            0900 0a00 6465 6e79 00 000000
            0800 0900 45000014
            """));

        Assert.NotNull(packet);
        Assert.Equal(("deny", 7, 9, "45000014"), (packet.Prefix, packet.InterfaceIn, packet.InterfaceOut, Convert.ToHexStringLower(packet.Bytes)));
        Assert.Null(PacketLog.Decode(0x0401, []));
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(string.Concat(hex.Where(char.IsAsciiHexDigit)));
}
