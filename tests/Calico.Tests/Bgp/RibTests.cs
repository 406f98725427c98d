using System.Net;
using Calico.Bgp;
using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Policy;
using Calico.Bgp.Routes;
using Calico.Bgp.Values;
using FsCheck;
using FsCheck.Fluent;

namespace Calico.Tests.Bgp;

public sealed class RibTests
{
    private static readonly Prefix Prefix = new(IPNetwork.Parse("10.1.0.0/26"));

    private static readonly PathAttributes Attributes = new() { Origin = Origin.Igp, NextHop = IPAddress.Parse("10.0.0.1") };

    private readonly Rib _rib = new(_ => 0);

    private readonly RouteSource _peer = new("peer") { IsInternal = true };

    [Fact]
    public void Only_what_is_chosen_otherwise_is_reported()
    {
        _rib.Put(Prefix, new(_peer, Attributes, Attributes));
        Assert.Single(_rib.Decide());
        _rib.Put(Prefix, new(_peer, Attributes with { }, Attributes with { }));
        _rib.Change(_peer, (_, path) => path with { IsStale = true });
        Assert.Empty(_rib.Decide());
        _rib.Put(Prefix, new(_peer, Attributes, Attributes with { LocalPreference = 7 }));
        Assert.Single(_rib.Decide());
        _rib.Remove(Prefix, _peer);
        Assert.False(_rib[Assert.Single(_rib.Decide())].Best.Exists);
        Assert.Empty(_rib.Prefixes);
        Assert.Equal(0, _peer.PathCount);
    }

    [Fact]
    public void Full_messages_are_sent_and_no_prefix_is_lost()
    {
        var prefixes = Enumerable.Range(0, 5000).Select(i => new Prefix(new IPAddress([10, (byte)(i >> 8), (byte)i, 0]), 24)).ToList();
        foreach (var prefix in prefixes)
            _rib.Put(prefix, new(_peer, Attributes, Attributes));
        _rib.Decide();
        var told = new AdjRibOut(_rib);
        told.NoteAll();

        var messages = Drain(told);

        Assert.Equal(prefixes.Order(), messages.SelectMany(message => message.Announced[0].Prefixes).Order());
        Assert.InRange(messages.Count, 5, 8);
        Assert.All(messages, message => Assert.InRange(MessageTests.Encode(message, Rules.Agreed.Codec).Length, 23, BgpMessage.MaxLength));
    }

    [Fact]
    public void What_changes_back_before_it_is_sent_is_not_sent()
    {
        var told = new AdjRibOut(_rib);
        _rib.Put(Prefix, new(_peer, Attributes, Attributes));
        _rib.Decide();
        told.Note(_rib.Find(Prefix));
        Assert.Single(Drain(told));

        told.Note(_rib.Find(Prefix));
        Assert.Empty(Drain(told));
        told.Repeat(Family.IPv4Unicast);
        Assert.Single(Drain(told));

        _rib.Remove(Prefix, _peer);
        var number = Assert.Single(_rib.Decide());
        told.Note(number);
        Assert.Equal([Prefix], Assert.Single(Drain(told)).Withdrawn);
        told.Note(number);
        Assert.Empty(Drain(told));
        _rib.Sweep(int.MaxValue);
        Assert.Equal(-1, _rib.Find(Prefix));
    }

    [Fact]
    public void A_number_stays_that_of_its_prefix_until_the_peer_has_heard_that_it_is_gone()
    {
        var told = new AdjRibOut(_rib);
        _rib.Put(Prefix, new(_peer, Attributes, Attributes));
        told.Note(_rib.Decide()[0]);
        Drain(told);

        _rib.Remove(Prefix, _peer);
        told.Note(_rib.Decide()[0]);
        _rib.Sweep(int.MaxValue);
        var other = new Prefix(IPNetwork.Parse("10.2.0.0/26"));
        _rib.Put(other, new(_peer, Attributes, Attributes));
        Assert.NotEqual(_rib.Find(Prefix), _rib.Find(other));

        told.Note(_rib.Decide()[0]);
        Assert.Equal([Prefix], Drain(told)[0].Withdrawn);
        _rib.Sweep(int.MaxValue);
        Assert.Equal(-1, _rib.Find(Prefix));
    }

    [Fact]
    public void Whatever_comes_and_goes_the_table_holds_what_a_dictionary_would() => Prop.ForAll<(byte, bool)[]>(steps =>
    {
        var rib = new Rib(_ => 0);
        var expected = new HashSet<Prefix>();
        foreach (var (number, comes) in steps)
        {
            var prefix = new Prefix(new IPAddress([10, number, 0, 0]), 16 + number % 3);
            if (comes)
                rib.Put(prefix, new(_peer, Attributes, Attributes));
            else
                rib.Remove(prefix, _peer);
            _ = comes ? expected.Add(prefix) : expected.Remove(prefix);
            rib.Decide();
            if (number % 3 == 0)
                rib.Sweep(number);
            if (!expected.SetEquals(rib.Prefixes) || expected.Any(present => !rib[rib.Find(present)].Prefix.Equals(present)))
                return false;
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(600));

    [Fact]
    public void Attribute_sets_are_one_object_while_a_path_has_them_and_gone_with_the_last()
    {
        var other = new Prefix(IPNetwork.Parse("10.2.0.0/26"));
        _rib.Put(Prefix, new(_peer, Attributes with { LocalPreference = 1 }, Attributes with { LocalPreference = 1 }));
        _rib.Put(other, new(_peer, Attributes with { LocalPreference = 1 }, Attributes with { LocalPreference = 2 }));
        _rib.Decide();
        Assert.Equal(2, _rib.SetCount);
        Assert.Same(_rib[_rib.Find(Prefix)].Best.Attributes, _rib.PathsOf(_rib.Find(other))[0].Received);

        _rib.Remove(other, _peer);
        _rib.Decide();
        Assert.Equal(1, _rib.SetCount);
        _rib.Remove(Prefix, _peer);
        Assert.Equal(1, _rib.SetCount); // peers have been told of it
        _rib.Decide();
        Assert.Equal(0, _rib.SetCount);
    }

    [Fact]
    public void Paths_that_come_and_go_in_any_order_are_those_of_a_list() => Prop.ForAll<(byte, byte, bool)[]>(steps =>
    {
        var rib = new Rib(_ => 0);
        var sources = Enumerable.Range(0, 5).Select(i => new RouteSource($"{i}") { Address = new IPAddress([10, 0, 0, (byte)i]) }).ToList();
        var expected = new List<(RouteSource Source, uint Id, uint Preference)>();
        foreach (var (source, preference, comes) in steps.Select(step => (sources[step.Item1 % 5], step.Item2, step.Item3)))
        {
            var id = (uint)preference % 3;
            var at = expected.FindIndex(path => path.Source == source && path.Id == id);
            var set = Attributes with { LocalPreference = preference };
            if (comes)
                rib.Put(Prefix, new(source, set, set) { Id = id });
            else
                rib.Remove(Prefix, source, id);
            if (at >= 0 && comes)
                expected[at] = (source, id, preference);
            else if (at >= 0)
                expected.RemoveAt(at);
            else if (comes)
                expected.Add((source, id, preference));
        }

        rib.RemoveWhere(sources[0], (_, path) => path.Id == 1);
        expected.RemoveAll(path => path.Source == sources[0] && path.Id == 1);
        rib.Change(sources[1], (_, path) => path with { Usable = Attributes with { LocalPreference = 300 } });
        expected = [.. expected.Select(path => path.Source == sources[1] ? path with { Preference = 300 } : path)];
        rib.Decide();
        var number = rib.Find(Prefix);
        var paths = number >= 0 ? rib.PathsOf(number).ToArray() : [];
        return paths.Select(path => (path.Source, path.Id, path.Usable?.LocalPreference ?? 0)).SequenceEqual(expected)
            && sources.All(source => source.PathCount == expected.Count(path => path.Source == source))
            && rib.SetCount == paths.SelectMany(path => new[] { path.Received, path.Usable }).Distinct().Count()
            && (expected.Count == 0 || rib[number].Best.Attributes?.LocalPreference == expected.Max(path => path.Preference));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(60));

    [Fact]
    public async Task A_user_who_is_slow_reads_the_latest_of_each_prefix()
    {
        var feed = new RouteFeed(_rib);
        var entries = Enumerable.Range(0, 3000).Select(i => new Prefix(new IPAddress([10, (byte)(i >> 8), (byte)i, 0]), 24)).ToArray();
        foreach (var preference in new uint[] { 1, 2, 3 })
            Learn(feed, entries, preference);

        Assert.Equal(0, feed.Count);
        feed.Publish();
        var read = new List<RouteChange>();
        Assert.True(await feed.WaitToReadAsync(TestContext.Current.CancellationToken));
        while (feed.TryRead(out var change))
            read.Add(change);
        var more = feed.WaitToReadAsync(TestContext.Current.CancellationToken);
        Assert.False(more.IsCompleted);
        feed.Complete();
        Assert.False(await more);
        Assert.True(feed.Completion.IsCompletedSuccessfully);
        Assert.Equal(entries.Length, feed.Count + read.Count);
        Assert.All(read.GroupBy(change => change.Prefix), changes => Assert.Equal(3u, changes.Last().Route?.LocalPreference));
        Assert.Equal(entries.Length, read.Select(change => change.Prefix).Distinct().Count());
    }

    [Fact]
    public void A_user_hears_nothing_of_a_route_that_has_come_and_gone_meanwhile_and_its_number_is_free()
    {
        var feed = new RouteFeed(_rib);
        var other = new Prefix(IPNetwork.Parse("10.2.0.0/26"));
        Learn(feed, [other], 1);
        feed.Publish();
        Assert.True(feed.TryRead(out var first));
        for (var i = 0; i < 100; i++)
        {
            var prefix = new Prefix(new IPAddress([10, 9, (byte)i, 0]), 24);
            Learn(feed, [prefix], 1);
            _rib.Remove(prefix, _peer);
            feed.Offer(_rib.Decide());
            _rib.Remove(other, _peer);
            feed.Offer(_rib.Decide());
            Learn(feed, [other], 2);
            _rib.Sweep(i % 3);
        }

        _rib.Remove(other, _peer);
        feed.Offer(_rib.Decide());
        feed.Offer(_rib.Decide());
        feed.Publish();
        Assert.Equal(1, feed.Count);
        Assert.True(feed.TryRead(out var last));
        Assert.Equal((first.Prefix, null), (last.Prefix, last.Route));
        Assert.False(feed.TryRead(out _));
        Assert.NotEqual(0, _rib.Count);
        feed.Publish(); // what was read is needed no longer
        _rib.Sweep(1);
        Assert.NotEqual(0, _rib.Count);
        _rib.Sweep(int.MaxValue);
        Assert.Equal((0, 0), (_rib.Count, _rib.Unused));
    }

    [Fact]
    public void Whatever_comes_goes_and_is_read_the_user_knows_what_the_table_holds() => Prop.ForAll<(byte, byte)[]>(steps =>
    {
        var rib = new Rib(_ => 0);
        var feed = new RouteFeed(rib);
        var (knows, expected) = (new Dictionary<IPNetwork, uint>(), new Dictionary<IPNetwork, uint>());
        foreach (var (number, what) in steps)
        {
            var prefix = new Prefix(new IPAddress([10, (byte)(number % 40), 0, 0]), 16);
            var set = Attributes with { LocalPreference = what };
            if (what % 3 == 0)
                rib.Remove(prefix, _peer);
            else
                rib.Put(prefix, new(_peer, set, set));
            _ = what % 3 == 0 ? expected.Remove(prefix.ToNetwork()) : (expected[prefix.ToNetwork()] = what) > 0;
            feed.Offer(rib.Decide());
            if (what % 7 == 0)
                feed.Publish();
            if (what % 4 == 0)
                rib.Sweep(what);
            for (var i = 0; i < what % 5; i++)
                Read(feed, knows);
        }

        feed.Publish(); // wakes the reader, who reads until there is nothing more
        while (Read(feed, knows))
        {
        }

        feed.Offer(rib.Decide());
        rib.Sweep(int.MaxValue);
        return knows.Count == expected.Count && expected.All(route => knows.GetValueOrDefault(route.Key) == route.Value) && rib.Count == expected.Count;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(400));

    private static bool Read(RouteFeed feed, Dictionary<IPNetwork, uint> knows)
    {
        if (!feed.TryRead(out var change))
            return false;
        if (change.Route is null)
            Assert.True(knows.Remove(change.Prefix)); // of what it does not know it hears no end
        else
            knows[change.Prefix] = change.Route.LocalPreference;
        return true;
    }

    private void Learn(RouteFeed feed, Prefix[] prefixes, uint preference)
    {
        var set = Attributes with { LocalPreference = preference };
        foreach (var prefix in prefixes)
            _rib.Put(prefix, new(_peer, set, set));
        feed.Offer(_rib.Decide());
    }

    [Fact]
    public void A_configuration_is_compared_peer_by_peer()
    {
        var peer = new PeerConfiguration { Name = "a", Address = IPAddress.Parse("10.0.0.2"), As = 1, Import = RoutePolicy.AcceptAll, Export = RoutePolicy.AcceptAll };
        var before = new SpeakerConfiguration { LocalAs = 1, RouterId = IPAddress.Parse("10.0.0.1"), Peers = [peer, peer with { Name = "b" }], Originated = [IPNetwork.Parse("10.1.0.0/26")] };

        Assert.Equal(2, ConfigurationChange.Between(null, before).Added.Length);
        var same = ConfigurationChange.Between(before, before with { Peers = [peer with { }, peer with { Name = "b" }] });
        Assert.Equal((0, 0, 0, 0), (same.Added.Length, same.Removed.Length, same.Reset.Length, same.Adjusted.Length));

        var other = ConfigurationChange.Between(before, before with { Peers = [peer with { Export = RoutePolicy.RejectAll }, peer with { Name = "b", As = 2 }], Originated = [] });
        Assert.Equal(["a"], other.Adjusted.Select(changed => changed.Name));
        Assert.Equal(["b"], other.Reset.Select(changed => changed.Name));
        Assert.Equal([IPNetwork.Parse("10.1.0.0/26")], other.Withdrawn);
        Assert.Equal(2, ConfigurationChange.Between(before, before with { LocalAs = 2 }).Reset.Length);
        Assert.Equal(2, ConfigurationChange.Between(before, before with { ClusterId = IPAddress.Loopback }).Adjusted.Length);
        Assert.Equal(["b"], ConfigurationChange.Between(before, before with { Peers = [peer] }).Removed.Select(removed => removed.Name));
    }

    private static Exporter Group => field ??= new Exporter(Rules);

    private static ExportRules Rules { get; } = new()
    {
        Peer = new RouteSource("other") { Address = IPAddress.Parse("10.0.0.7") },
        Agreed = new(65001, IPAddress.Parse("10.0.0.7"), TimeSpan.FromSeconds(90), Family.All, null) { FourOctetAs = true },
        LocalAs = 64512,
        ClusterId = 1,
        NextHop = NextHopRule.Standard,
        SelfIPv4 = IPAddress.Parse("10.0.0.9"),
        SelfIPv6 = null,
        Policy = RoutePolicy.AcceptAll,
    };

    private static List<UpdateMessage> Drain(AdjRibOut told)
    {
        var messages = new List<UpdateMessage>();
        var writer = new UpdateWriter(buffer => messages.AddRange(Read(buffer, Rules.Agreed.Codec with { PeerAs = 64512 })), BgpMessage.MaxLength, FamilySet.None);
        while (!told.IsUpToDate)
            told.TakePortion(Group, Rules, ref writer);
        writer.Flush();
        return messages;
    }

    internal static List<UpdateMessage> Read(ArraySegment<byte> buffer, CodecOptions options)
    {
        var messages = new List<UpdateMessage>();
        for (var rest = buffer; rest.Count > 0;)
        {
            var length = BgpMessage.Frame(rest);
            messages.Add(Assert.IsType<UpdateMessage>(BgpMessage.Decode(rest[..length], options)));
            rest = rest[length..];
        }

        return messages;
    }
}
