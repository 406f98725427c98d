using System.Net;
using Calico.Bgp;
using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Policy;
using Calico.Bgp.Routes;
using Calico.Bgp.Session;
using Calico.Bgp.Values;

namespace Calico.Tests.Bgp;

/// <summary>RFC 7911: several paths to a prefix.</summary>
public sealed class AddPathTests
{
    private static readonly Prefix Prefix = new(IPNetwork.Parse("10.1.0.0/26"));

    private static readonly PathAttributes Attributes = new() { Origin = Origin.Igp, AsPath = AsPath.Empty.Prepend(65001), NextHop = IPAddress.Parse("10.0.0.1") };

    private readonly Rib _rib = new(_ => 0);
    private readonly RouteSource _one = new("one") { Address = IPAddress.Parse("10.0.0.1"), Identifier = IPAddress.Parse("10.0.0.1") };
    private readonly RouteSource _two = new("two") { Address = IPAddress.Parse("10.0.0.2"), Identifier = IPAddress.Parse("10.0.0.2") };

    [Fact]
    public void Prefixes_have_identifiers_both_ways()
    {
        var codec = new CodecOptions(FourOctetAs: true, IsInternal: true, PeerAs: 64512) { AddPathIn = FamilySet.IPv4 };
        var message = new UpdateMessage([Prefix], [new(Attributes, [Prefix, Prefix]) { PathIds = [7, 9] }]) { WithdrawnIds = [3] };

        var bytes = MessageTests.Encode(message, codec);

        Assert.Contains("0009 00000003 1a0a010000".Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(bytes).ToLowerInvariant(), StringComparison.Ordinal);
        Assert.Equal(message, MessageTests.Decode(bytes, codec));
    }

    [Theory]
    [InlineData(AddPathMode.Both, AddPathMode.Both, FamilySet.IPv4, FamilySet.IPv4)]
    [InlineData(AddPathMode.Receive, AddPathMode.Send, FamilySet.IPv4, FamilySet.None)]
    [InlineData(AddPathMode.Send, AddPathMode.Receive, FamilySet.None, FamilySet.IPv4)]
    [InlineData(AddPathMode.Send, AddPathMode.Send, FamilySet.None, FamilySet.None)]
    [InlineData(AddPathMode.Both, (AddPathMode)4, FamilySet.None, FamilySet.None)]
    public void Each_direction_needs_a_sender_and_a_receiver(AddPathMode ours, AddPathMode theirs, object comesIn, object goesOut)
    {
        var agreed = Agreement.Between(Open(ours), Open(theirs));

        Assert.Equal(((FamilySet)comesIn, (FamilySet)goesOut), (agreed.AddPathIn, agreed.AddPathOut));
    }

    [Fact]
    public void Paths_of_one_peer_stand_beside_each_other_until_each_is_withdrawn()
    {
        _rib.Put(Prefix, new(_one, Attributes, Attributes) { Id = 1 });
        _rib.Put(Prefix, new(_one, Attributes, Attributes with { LocalPreference = 200 }) { Id = 2 });
        Assert.Equal((2, 2u), (_one.PathCount, _rib[Assert.Single(_rib.Decide())].Best.Id));

        _rib.Remove(Prefix, _one, 2);
        Assert.Equal((1, 1u), (_one.PathCount, _rib[Assert.Single(_rib.Decide())].Best.Id));
        _rib.Remove(Prefix, _one, 2);
        Assert.Empty(_rib.Decide());
    }

    [Fact]
    public void A_peer_is_told_every_path_and_the_number_of_each_stays()
    {
        var told = new AdjRibOut(_rib);
        _rib.Put(Prefix, new(_one, Attributes, Attributes));
        _rib.Put(Prefix, new(_two, Attributes, Attributes with { MultiExitDiscriminator = 5 }));
        var first = Say(told);
        Assert.Equal([1u, 2u], first.SelectMany(message => message.Announced).SelectMany(route => route.PathIds).Order());
        Assert.Equal(2, told.Count);

        _rib.Remove(Prefix, _one);
        Assert.Equal([1u], Assert.Single(Say(told)).WithdrawnIds);
        Assert.Empty(Say(told));

        _rib.Put(Prefix, new(_one, Attributes, Attributes with { LocalPreference = 7 }));
        Assert.Equal([1u], Assert.Single(Assert.Single(Say(told)).Announced).PathIds);

        _rib.Remove(Prefix, _one);
        _rib.Remove(Prefix, _two);
        Assert.Equal([1u, 2u], Assert.Single(Say(told)).WithdrawnIds.Order());
        _rib.Decide();
        _rib.Sweep(int.MaxValue);
        Assert.Equal((-1, 0), (_rib.Find(Prefix), told.Count));
    }

    private List<UpdateMessage> Say(AdjRibOut told)
    {
        _rib.Decide();
        foreach (var number in _rib.Touched)
            told.Note(number);
        var messages = new List<UpdateMessage>();
        var rules = Rules;
        var writer = new UpdateWriter(buffer => messages.AddRange(RibTests.Read(buffer, rules.Agreed.Codec with { PeerAs = 64512, AddPathIn = FamilySet.IPv4 })), BgpMessage.MaxLength, FamilySet.IPv4);
        var exporter = new Exporter(rules);
        while (!told.IsUpToDate)
            told.TakePortion(exporter, rules, ref writer);
        writer.Flush();
        return messages;
    }

    private static OpenMessage Open(AddPathMode mode) => new(
        65001, 90, IPAddress.Parse("10.0.0.1"), [new Capability.Multiprotocol(Family.IPv4Unicast), new Capability.AddPath([new(Family.IPv4Unicast, (byte)mode)])]);

    private static ExportRules Rules => new()
    {
        Peer = new RouteSource("other") { Address = IPAddress.Parse("10.0.0.7") },
        Agreed = new(65001, IPAddress.Parse("10.0.0.7"), TimeSpan.FromSeconds(90), Family.All, null) { FourOctetAs = true, AddPathOut = FamilySet.IPv4 },
        LocalAs = 64512,
        ClusterId = 1,
        NextHop = NextHopRule.Unchanged,
        SelfIPv4 = IPAddress.Parse("10.0.0.9"),
        SelfIPv6 = null,
        Policy = RoutePolicy.AcceptAll,
    };
}
