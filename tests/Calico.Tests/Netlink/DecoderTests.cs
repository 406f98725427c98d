using System.Net;
using System.Net.NetworkInformation;
using Calico.Netlink;
using Calico.Netlink.Nftables;
using Calico.Netlink.Nftables.Expressions;
using Calico.Netlink.Routing;
using Calico.Netlink.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Calico.Tests.Netlink;

/// <summary>No bytes can do more to a decoder than make it say that it cannot read them.</summary>
public sealed class DecoderTests
{
    private static readonly Action<byte[]>[] Decoders =
    [
        body => LinkMessage.Decode(LinkMessage.New, body),
        body => AddressMessage.Decode(AddressMessage.New, body),
        body => RouteMessage.Decode(RouteMessage.New, body),
        body => NeighbourMessage.Decode(NeighbourMessage.New, body),
        body => TableMessage.Decode(body),
        body => ChainMessage.Decode(body),
        body => RuleMessage.Decode(body)?.ToString(),
        body => SetMessage.Decode(body),
        body => Ranges.Join(ElementMessage.Decode(body)),
        body => GenerationMessage.Decode(body),
        body => Refusal.Decode(new NetlinkHeader(0, NetlinkHeader.Error, NetlinkFlags.Explained, 0, 0), body, 0),
        ReadAll,
    ];

    private static readonly byte[][] Messages = [.. Split(Valid())];

    [Fact]
    public void Random_bytes_crash_no_decoder() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Array.ForEach(Decoders, decode => Try(decode, bytes))).QuickCheckThrowOnFailure();

    [Fact]
    public void A_message_with_some_bytes_changed_crashes_no_decoder()
    {
        var damage = (from message in Gen.Elements(Messages)
                      from changes in Gen.NonEmptyListOf(Gen.Zip(Gen.Choose(0, message.Length - 1), Gen.Choose(0, 255)))
                      from length in Gen.Frequency((4, Gen.Constant(message.Length)), (1, Gen.Choose(0, message.Length)))
                      select Damage(message, changes, length)).ToArbitrary();

        Prop.ForAll(damage, bytes => Array.ForEach(Decoders, decode => Try(decode, bytes)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static void Try(Action<byte[]> decode, byte[] bytes)
    {
        try
        {
            decode(bytes);
        }
        catch (NetlinkException e)
        {
            Assert.Equal(Errno.None, e.Errno);
        }
    }

    private static byte[] Damage(byte[] message, IEnumerable<(int Where, int What)> changes, int length)
    {
        var damaged = message.ToArray();
        foreach (var (where, what) in changes)
            damaged[where] = (byte)what;

        return damaged[..length];
    }

    private static void ReadAll(byte[] datagram)
    {
        var messages = new MessageReader(datagram);
        while (messages.Next())
        {
            var attributes = new AttributeReader(messages.Body);
            while (attributes.Next())
                _ = attributes.ReadString();
        }
    }

    /// <summary>The bodies of messages.</summary>
    private static List<byte[]> Split(RequestBuffer requests)
    {
        var bodies = new List<byte[]>();
        var messages = new MessageReader(requests.Written);
        while (messages.Next())
            bodies.Add(messages.Body.ToArray());

        return bodies;
    }

    private static RequestBuffer Valid()
    {
        var requests = new RequestBuffer();
        var gateway = IPAddress.Parse("192.0.2.1");
        LinkMessage.CreateVeth(requests, new NewVeth { Name = "cali0", Mtu = 1400, HardwareAddress = PhysicalAddress.Parse("EE-EE-EE-EE-EE-EE"), Peer = new VethPeer { Name = "eth0" } });
        LinkMessage.Change(requests, 3, new LinkChange { IPv4 = new LinkIPv4 { ProxyArp = true, ReversePathFilter = 1 } });
        AddressMessage.Add(requests, new LinkAddress { Link = 3, Address = gateway, PrefixLength = 24 });
        RouteMessage.Encode(requests, RouteChange.Put(Route.Via(IPNetwork.Parse("10.0.0.0/8"), IPAddress.Parse("fe80::1"), 3) with { Table = 1000, PreferredSource = gateway }));
        RouteMessage.Encode(requests, RouteChange.Put(new Route { Destination = IPNetwork.Parse("10.0.0.0/8"), NextHops = [new NextHop(3, gateway), new NextHop(4, gateway)] }));
        NeighbourMessage.Put(requests, Neighbour.Permanent(3, gateway, PhysicalAddress.Parse("EE-EE-EE-EE-EE-EE")));

        var table = new Table(NftFamily.Inet, "calico");
        var set = Set.Map(table, "map", DataType.Verdict, DataType.IPv4Address, DataType.Port) with { IsInterval = true, HasCounters = true, Size = 5, Comment = "why" };
        var key = NftValue.Concatenate(NftValue.Address(gateway), NftValue.Port(80));
        ChainMessage.Add(requests, Chain.At(table, "chain", new ChainHook(Hook.Input, 5)) with { Comment = "what" });
        SetMessage.Add(requests, set, 1);
        ElementMessage.Write(requests, NftVerb.NewElement, set, [Element.Of(key) with { Verdict = Verdict.Jump("chain"), Timeout = TimeSpan.FromHours(1), Comment = "it" }], 0);
        RuleMessage.Add(
            requests,
            Rule.Create(
                table,
                "chain",
                [
                    .. Load.Concatenate(Meta.InterfaceIn, Conntrack.Mark, Payload.SourcePort), Lookup.Verdict(set), new Bitwise(key, key), new Between(key, key), new Counter(1, 2),
                    new Log(1, "p", 3), new Limit(1, TimeSpan.FromSeconds(1)), Fib.DestinationKind, Reject.TcpReset, new Masquerade(NatFlags.Random), new Redirect(new Register(3)),
                    new Nat { IsSource = true, Family = NftFamily.IPv4, Port = new Register(4) }, new NoTrack(), new UnknownExpression("match", NftValue.Of([5, 0, 1, 0, 9])),
                    new Immediate(key), Meta.Set(MetaKey.Mark), Verdict.Goto("chain"),
                ],
                "because"),
            NetlinkFlags.Create,
            7);
        return requests;
    }
}
