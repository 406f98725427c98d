using System.Net;
using Calico.Netlink;
using Calico.Netlink.Nftables;
using Calico.Netlink.Nftables.Expressions;

namespace Calico.Lab.Tests.Netlink;

public sealed class SetTests : IDisposable
{
    private static readonly Table Table = new(NftFamily.Inet, "calico-test");

    private readonly FreshNamespace _host = new();
    private readonly NftSocket _nft;

    public SetTests() => _nft = NftSocket.Open(_host.Network);

    private static NftValue Ip(string address) => NftValue.Address(IPAddress.Parse(address));

    public static TheoryData<Set, Sequence<Element>, string, string> Sets => new()
    {
        {
            Set.Create(Table, "s", DataType.IPv4Address) with { Comment = "hosts", Size = 100 },
            [Element.Of(Ip("10.0.0.1")), Element.Of(Ip("10.0.0.2")) with { Comment = "second" }],
            "type ipv4_addr size 100 comment \"hosts\"", "10.0.0.1, 10.0.0.2 comment \"second\""
        },
        {
            Set.Create(Table, "s", DataType.IPv6Address) with { HasTimeouts = true },
            [Element.Of(Ip("fd00::1")) with { Timeout = TimeSpan.FromMinutes(90) }],
            "type ipv6_addr flags timeout", "fd00::1 timeout 1h30m expires"
        },
        {
            Set.Create(Table, "s", DataType.IPv4Address) with { IsInterval = true },
            [
                Element.Of(Ip("0.0.0.0")), Element.Prefix(IPNetwork.Parse("10.0.0.0/24")), Element.Range(Ip("10.0.1.0"), Ip("10.0.1.5")),
                Element.Of(Ip("10.0.2.1")), Element.Prefix(IPNetwork.Parse("255.0.0.0/8")),
            ],
            "type ipv4_addr flags interval", "0.0.0.0, 10.0.0.0/24, 10.0.1.0-10.0.1.5, 10.0.2.1, 255.0.0.0/8"
        },
        {
            Set.Create(Table, "s", DataType.IPv6Address) with { IsInterval = true },
            [Element.Prefix(IPNetwork.Parse("::/0"))],
            "type ipv6_addr flags interval", "::/0"
        },
        {
            Set.Map(Table, "s", DataType.Mark, DataType.IPv4Address) with { IsInterval = true },
            [
                Element.Prefix(IPNetwork.Parse("10.0.0.0/24")) with { Value = NftValue.Number(7) },
                Element.Prefix(IPNetwork.Parse("10.0.1.0/24")) with { Value = NftValue.Number(8) },
            ],
            "type ipv4_addr : mark flags interval", "10.0.0.0/24 : 0x00000007, 10.0.1.0/24 : 0x00000008"
        },
        {
            Set.Create(Table, "s", DataType.IPv4Address, DataType.Protocol, DataType.Port) with { IsInterval = true },
            [
                Element.Range(
                    NftValue.Concatenate(Ip("10.0.0.0"), NftValue.Byte(6), NftValue.Port(80)),
                    NftValue.Concatenate(Ip("10.0.0.255"), NftValue.Byte(6), NftValue.Port(90))),
                Element.Of(NftValue.Concatenate(Ip("10.0.1.1"), NftValue.Byte(17), NftValue.Port(53))),
            ],
            "type ipv4_addr . inet_proto . inet_service flags interval", "10.0.0.0/24 . tcp . 80-90, 10.0.1.1 . udp . 53"
        },
        {
            Set.Map(Table, "s", DataType.Verdict, DataType.InterfaceName, DataType.Mark, DataType.Protocol, DataType.Port) with { HasCounters = true },
            [
                Element.Of(NftValue.Concatenate(NftValue.InterfaceName("cali0"), NftValue.Number(5), NftValue.Byte(6), NftValue.Port(80)))
                    with { Verdict = Verdict.Accept },
            ],
            "type ifname . mark . inet_proto . inet_service : verdict counter", "\"cali0\" . 0x00000005 . tcp . 80 counter packets 0 bytes 0 : accept"
        },
        {
            Set.Map(Table, "s", DataType.Verdict, DataType.InterfaceName),
            [Element.Of(NftValue.InterfaceName("cali0")) with { Verdict = Verdict.Goto("other") }],
            "type ifname : verdict", "\"cali0\" : goto other"
        },
        {
            Set.Map(Table, "s", DataType.Mark, DataType.InterfaceName),
            [Element.Of(NftValue.InterfaceName("cali0")) with { Value = NftValue.Number(0x10000) }],
            "type ifname : mark", "\"cali0\" : 0x00010000"
        },
        {
            Set.Map(Table, "s", DataType.Verdict, DataType.ConntrackState),
            [Element.Of(NftValue.Number((uint)ConntrackState.Established)) with { Verdict = Verdict.Accept }],
            "type ct_state : verdict", "established : accept"
        },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_set_is_listed_by_nft_and_read_back_equal(Set set, Sequence<Element> elements, string head, string listedElements)
    {
        _nft.Commit(With(set, elements));

        Assert.Matches($"(set|map) s \\{{ {System.Text.RegularExpressions.Regex.Escape(head)} ", Listed());
        Assert.Contains("elements = { " + listedElements, Listed(), StringComparison.Ordinal);
        Assert.Equal([set], _nft.Sets(Table));
        Assert.Equal(elements.OrderBy(element => element.Key), _nft.Elements(set).OrderBy(element => element.Key));

        var removal = new NftBatch();
        removal.DeleteElements(set, elements);
        _nft.Commit(removal);
        Assert.Empty(_nft.Elements(set));
        Assert.DoesNotContain("elements", Listed(), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_elements_go_in_one_transaction_and_come_back()
    {
        var set = Set.Map(Table, "s", DataType.Mark, DataType.IPv6Address);
        Element[] elements = [.. Enumerable.Range(0, 20_000).Select(i => Element.Of(Ip($"fd00::{i:x}")) with { Value = NftValue.Number((uint)i) })];
        var generation = _nft.Generation();

        _nft.Commit(With(set, Sequence.Create<Element>(elements)));

        Assert.Equal(generation + 1, _nft.Generation());
        Assert.Equal(elements.ToHashSet(), _nft.Elements(set).ToHashSet());
    }

    [Fact]
    public void A_map_gets_another_value_by_deleting_and_adding_in_one_batch()
    {
        var set = Set.Map(Table, "s", DataType.Mark, DataType.IPv4Address);
        var old = Element.Of(Ip("10.0.0.1")) with { Value = NftValue.Number(1) };
        var young = old with { Value = NftValue.Number(2) };
        _nft.Commit(With(set, [old]));

        var batch = new NftBatch();
        batch.AddElements(set, [old]); // what is there already is no error
        _nft.Commit(batch);
        batch.AddElements(set, [young]);
        Assert.Equal(Errno.EEXIST, Assert.Single(_nft.TryCommit(batch)).Error.Errno);

        batch.Clear();
        batch.DeleteElements(set, [old]);
        batch.AddElements(set, [young]);
        _nft.Commit(batch);
        Assert.Equal([young], _nft.Elements(set));

        batch.Clear();
        batch.FlushSet(set);
        batch.DeleteSet(set);
        _nft.Commit(batch);
        Assert.Empty(_nft.Sets(Table));
    }

    [Fact]
    public void Elements_that_nft_wrote_are_read()
    {
        _host.Run("/usr/sbin/nft", "add table inet calico-test; add set inet calico-test s { typeof ip saddr . th dport; flags interval; counter; elements = { 10.0.0.0/8 . 1-5, 11.0.0.0-12.0.0.0 . 7 } }");

        var set = Assert.Single(_nft.Sets(Table));

        Assert.Equal(Set.Create(Table, "s", DataType.IPv4Address, DataType.Port) with { IsInterval = true, HasCounters = true }, set);
        Assert.Equal(2, _nft.Elements(set).Count);
        Assert.All(_nft.Elements(set), element => Assert.NotNull(element.Counter));
    }

    public void Dispose()
    {
        _nft.Dispose();
        _host.Dispose();
    }

    private static NftBatch With(Set set, Sequence<Element> elements)
    {
        var batch = new NftBatch();
        batch.AddTable(Table);
        batch.AddChain(Chain.Regular(Table, "other"));
        batch.AddSet(set);
        batch.AddElements(set, elements);
        return batch;
    }

    private string Listed() => string.Join(' ', _host.Run("/usr/sbin/nft", "list", "table", "inet", "calico-test")
        .Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
