using System.Buffers.Binary;
using System.Net;
using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;
using FsCheck;
using FsCheck.Fluent;

namespace Calico.Tests.Bgp;

/// <summary>Whatever a peer sends, a decoder answers with a message or with the one exception that may leave it.</summary>
public sealed class DecoderProperties
{
    internal static readonly CodecOptions[] Options =
    [
        CodecOptions.BeforeOpen,
        new(FourOctetAs: true, IsInternal: true, PeerAs: 64512),
        new(FourOctetAs: true, IsInternal: false, PeerAs: 65001),
        new(FourOctetAs: false, IsInternal: false, PeerAs: 65001, IPv6: false),
        new(FourOctetAs: true, IsInternal: true, PeerAs: 64512) { AddPathIn = FamilySet.IPv4 | FamilySet.IPv6 },
    ];

    internal static readonly byte[][] Samples = [.. From("bgp_exabgp.jsonl", "hex"), .. From("bgp_error_handling.jsonl", "sent_hex"), .. OfOurOwn()];

    [Fact]
    public void Random_bodies_of_every_type_do_no_harm() => Prop.ForAll<byte[], byte, byte>((body, type, options) =>
    {
        body = body[..Math.Min(body.Length, 4000)];
        var frame = new byte[BgpMessage.HeaderLength + body.Length];
        frame.AsSpan(0, 16).Fill(0xff);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), (ushort)frame.Length);
        frame[18] = (byte)(type % 6);
        body.CopyTo(frame, BgpMessage.HeaderLength);
        return IsHarmless(frame, Options[options % Options.Length]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000).WithEndSize(300));

    [Fact]
    public void Real_messages_with_damage_do_no_harm() => Prop.ForAll<ushort, ushort, byte>((choice, position, value) =>
    {
        var frame = (byte[])Samples[choice / Options.Length % Samples.Length].Clone();
        frame[19 + position % (frame.Length - 19)] = value;
        return IsHarmless(frame, Options[choice % Options.Length]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(50_000).WithEndSize(70_000));

    private static IEnumerable<byte[]> From(string vectors, string field) => File.ReadLines(Path.Combine(Support.Repository.Root, "tests/Calico.Tests/Vectors", vectors))
        .Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty(field).GetString())
        .OfType<string>()
        .Where(hex => hex.StartsWith("ffffffffffffffffffffffffffffffff", StringComparison.Ordinal) && !hex.Contains("...", StringComparison.Ordinal))
        .Select(Convert.FromHexString)
        .Where(frame => frame.Length > BgpMessage.HeaderLength);

    /// <summary>Every attribute that is known, in both families.</summary>
    private static IEnumerable<byte[]> OfOurOwn()
    {
        var attributes = new PathAttributes
        {
            Origin = Origin.Egp,
            AsPath = new([new(AsPathSegmentKind.Sequence, [65001, 4_200_000_000]), new(AsPathSegmentKind.Set, [7, 8])]),
            NextHop = IPAddress.Parse("10.0.0.9"),
            MultiExitDiscriminator = 5,
            LocalPreference = 200,
            AtomicAggregate = true,
            Aggregator = new(4_200_000_001, IPAddress.Parse("10.0.0.8")),
            Communities = [WellKnownCommunity.NoExport, 0xfde80001],
            OriginatorId = IPAddress.Parse("10.0.0.7"),
            ClusterList = [1, 2],
            ExtendedCommunities = [0x0002_fde8_0000_0001],
            LargeCommunities = [new(65001, 1, 2)],
            OnlyToCustomer = 65001,
            Unknown = [new(AttributeFlags.Optional | AttributeFlags.Transitive | AttributeFlags.Partial, 99, [1, 2, 3])],
        };
        var sixth = attributes with { NextHop = IPAddress.Parse("2001:db8::9"), LinkLocalNextHop = IPAddress.Parse("fe80::9") };
        Prefix[] four = [new(IPNetwork.Parse("10.50.0.0/24")), new(IPNetwork.Parse("10.51.0.0/17"))], six = [new(IPNetwork.Parse("2001:db8:5::/48"))];
        foreach (var options in Options[1..])
        {
            yield return MessageTests.Encode(new UpdateMessage([four[1]], [new(attributes, [four[0]]) { PathIds = options.AddPathIn == FamilySet.None ? [] : [9] }]) { WithdrawnIds = options.AddPathIn == FamilySet.None ? [] : [8] }, options);
            yield return MessageTests.Encode(new UpdateMessage([], [new(sixth, [.. six]) { PathIds = options.AddPathIn == FamilySet.None ? [] : [9] }]), options);
            yield return MessageTests.Encode(UpdateMessage.EndOf(Family.IPv6Unicast), options);
        }
    }

    /// <summary>Also: what was decoded without a fault can be written, and reads the same again.</summary>
    internal static bool IsHarmless(byte[] frame, CodecOptions options)
    {
        try
        {
            var length = BgpMessage.Frame(frame);
            if (length == 0)
                return true;

            var message = BgpMessage.Decode(frame.AsSpan(0, length), options);
            return message is UpdateMessage { Faults.Count: > 0 } || Reads(message, options);
        }
        catch (BgpProtocolException)
        {
            return true;
        }
    }

    private static bool Reads(BgpMessage message, CodecOptions options) =>
        message is UpdateMessage { Withdrawn.Count: 0, Announced.Count: 0, EndOfRib: null } // all in it was to be ignored: nothing to write
        || message.Equals(MessageTests.Decode(MessageTests.Encode(message, options), options));
}
