using System.Net;
using Calico.Names.Serving;

namespace Calico.Tests.Names;

/// <summary>Packets with headers of our own.</summary>
public sealed class DatagramTests
{
    [Fact]
    public void An_IPv4_packet_has_the_bytes_that_the_RFCs_say()
    {
        var packet = Write("10.0.0.53", "192.168.0.1", [1, 2, 3]);

        Assert.Equal("4500001f0000000040110000" + "0a000035" + "c0a80001" + "0035" + "8000" + "000b" + "0000" + "010203", Convert.ToHexStringLower(packet));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    public void The_checksum_of_an_IPv6_packet_is_right(int length)
    {
        var packet = Write("fd00::53", "fd00::1", [.. Enumerable.Range(0, length).Select(number => (byte)(number * 7))]);

        Assert.Equal($"60000000{8 + length:x4}1140", Convert.ToHexStringLower(packet.AsSpan(0, 8)));
        // RFC 8200 §8.1: addresses, length, three zeros and the next header, and all of the datagram add up to ones.
        byte[] all = [.. packet[8..40], 0, 0, (byte)((8 + length) >> 8), (byte)(8 + length), 0, 0, 0, 17, .. packet[40..], .. length % 2 == 0 ? [] : (byte[])[0]];
        var sum = 0;
        for (var i = 0; i < all.Length; i += 2)
            sum += (all[i] << 8) | all[i + 1];
        Assert.Equal(0xFFFF, (sum & 0xFFFF) + (sum >> 16));
        Assert.NotEqual(0, (packet[46] << 8) | packet[47]);
    }

    private static byte[] Write(string from, string to, byte[] payload)
    {
        var room = new byte[1500];
        Array.Fill(room, (byte)0xAA);
        return room[..Datagram.Write(new(IPAddress.Parse(from), 53), new(IPAddress.Parse(to), 0x8000), payload, room)];
    }
}
