using System.Buffers.Binary;
using System.Net;
using System.Text;
using Calico.Bgp.Messages;

namespace Calico.Tests.Bgp;

/// <summary>A message of BMP as a station reads it (RFC 7854 §4), read apart from the code that writes it.</summary>
internal sealed record BmpMessage(byte Type, byte[] Body)
{
    public const byte RouteMonitoring = 0, Statistics = 1, PeerDown = 2, PeerUp = 3, Initiation = 4, Termination = 5;

    private const int PeerHeader = 42;

    public byte PeerType => Body[0];

    public bool IsIPv6 => (Body[1] & 0x80) != 0;

    public bool IsPostPolicy => (Body[1] & 0x40) != 0;

    public bool IsTwoOctetAs => (Body[1] & 0x20) != 0;

    public ulong Distinguisher => BinaryPrimitives.ReadUInt64BigEndian(Body.AsSpan(2));

    public IPAddress PeerAddress => Address(Body.AsSpan(10, 16), IsIPv6);

    public uint PeerAs => BinaryPrimitives.ReadUInt32BigEndian(Body.AsSpan(26));

    public IPAddress Identifier => new(Body.AsSpan(30, 4));

    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(Body.AsSpan(34)))
        .AddMicroseconds(BinaryPrimitives.ReadUInt32BigEndian(Body.AsSpan(38)));

    /// <summary>Of a route monitoring message: the whole UPDATE with its header.</summary>
    public byte[] Update => Body[PeerHeader..];

    /// <summary>Of a peer that has gone.</summary>
    public byte Reason => Body[PeerHeader];

    public byte[] ReasonData => Body[(PeerHeader + 1)..];

    /// <summary>Of an initiation or termination, by type.</summary>
    public IReadOnlyDictionary<int, byte[]> Information
    {
        get
        {
            var all = new Dictionary<int, byte[]>();
            for (var at = 0; at < Body.Length;)
            {
                var (type, length) = (BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(at)), BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(at + 2)));
                all.Add(type, Body[(at + 4)..(at + 4 + length)]);
                at += 4 + length;
            }

            return all;
        }
    }

    public string Text(int type) => Encoding.UTF8.GetString(Information[type]);

    /// <summary>Of a peer that has come up: our address and port, the peer's port, both OPENs.</summary>
    public (IPAddress Local, int LocalPort, int RemotePort, OpenMessage Sent, OpenMessage Received) Up
    {
        get
        {
            var body = Body.AsSpan(PeerHeader);
            var opens = body[20..];
            var length = BgpMessage.Frame(opens);
            Assert.Equal(opens.Length, length + BgpMessage.Frame(opens[length..]));
            return (
                Address(body[..16], IsIPv6),
                BinaryPrimitives.ReadUInt16BigEndian(body[16..]),
                BinaryPrimitives.ReadUInt16BigEndian(body[18..]),
                Assert.IsType<OpenMessage>(BgpMessage.Decode(opens[..length], CodecOptions.BeforeOpen)),
                Assert.IsType<OpenMessage>(BgpMessage.Decode(opens[length..], CodecOptions.BeforeOpen)));
        }
    }

    public IReadOnlyDictionary<int, ulong> Numbers
    {
        get
        {
            var all = new Dictionary<int, ulong>();
            var rest = Body.AsSpan(PeerHeader + 4);
            for (var count = BinaryPrimitives.ReadUInt32BigEndian(Body.AsSpan(PeerHeader)); count > 0; count--)
            {
                var length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
                all.Add(BinaryPrimitives.ReadUInt16BigEndian(rest), length == 8 ? BinaryPrimitives.ReadUInt64BigEndian(rest[4..]) : BinaryPrimitives.ReadUInt32BigEndian(rest[4..]));
                rest = rest[(4 + length)..];
            }

            Assert.Equal(0, rest.Length);
            return all;
        }
    }

    /// <returns>Null at the end of the stream.</returns>
    public static async Task<BmpMessage?> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var header = new byte[6];
        if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellation) < header.Length)
            return null;

        Assert.Equal(3, header[0]);
        var body = new byte[BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1)) - header.Length];
        await stream.ReadExactlyAsync(body, cancellation);
        return new(header[5], body);
    }

    public static BmpMessage Parse(byte[] bytes)
    {
        Assert.Equal((3, (uint)bytes.Length), (bytes[0], BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1))));
        return new(bytes[5], bytes[6..]);
    }

    private static IPAddress Address(ReadOnlySpan<byte> sixteen, bool isIPv6)
    {
        if (!isIPv6)
            Assert.True(sixteen[..12].IndexOfAnyExcept((byte)0) < 0, "an IPv4 address has zeros before it");
        return new(isIPv6 ? sixteen : sixteen[12..]);
    }
}
