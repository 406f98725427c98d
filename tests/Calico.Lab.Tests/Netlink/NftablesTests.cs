using System.Net;
using Calico.Netlink;
using Calico.Netlink.Nftables;
using Calico.Netlink.Nftables.Expressions;

namespace Calico.Lab.Tests.Netlink;

/// <summary>What is written natively, as nft(8) lists it and as it is read back.</summary>
public sealed class NftablesTests : IDisposable
{
    private static readonly Table Table = new(NftFamily.Inet, "calico-test");
    private static readonly Chain Forward = Chain.At(Table, "cali-fwd", new ChainHook(Hook.Forward, -1));
    private static readonly Set Policy =
        Set.Map(Table, "policy", DataType.Verdict, DataType.InterfaceName, DataType.Mark, DataType.Protocol, DataType.Port) with { HasCounters = true };

    private static readonly Set Identities = Set.Map(Table, "identities", DataType.Mark, DataType.IPv4Address);
    private static readonly Set Networks = Set.Create(Table, "networks", DataType.IPv6Address) with { IsInterval = true };

    private readonly FreshNamespace _host = new();
    private readonly NftSocket _nft;

    public NftablesTests() => _nft = NftSocket.Open(_host.Network);

    public static TheoryData<string, Sequence<Expression>> Rules => new()
    {
        { "iifname \"eth0\" accept", [Meta.InterfaceIn, Compare.Equal(NftValue.InterfaceName("eth0")), Verdict.Accept] },
        { "iifname != \"cali*\" accept", [Meta.InterfaceIn, Compare.NotEqual(NftValue.InterfacePrefix("cali")), Verdict.Accept] },
        { "ct state established,related accept", [.. Conntrack.IsIn(ConntrackState.Established | ConntrackState.Related), Verdict.Accept] },
        { "meta mark set 0x00000007", [new Immediate(NftValue.Number(7)), Meta.Set(MetaKey.Mark)] },
        {
            "meta mark set meta mark & 0xffffff05 | 0x00000005", // nft's way to say: the rest, and 5
            [Meta.Mark, Bitwise.Replace(0xff, 5), Meta.Set(MetaKey.Mark)]
        },
        { "ct mark set meta mark", [Meta.Mark, Conntrack.Set(ConntrackKey.Mark)] },
        { "ct direction original", [Conntrack.Direction, Compare.Equal(NftValue.Byte(0))] },
        {
            "ip saddr 10.1.2.3 drop",
            [Meta.Family, Compare.Equal(NftValue.Byte(2)), Payload.SourceIPv4, Compare.Equal(NftValue.Address(IPAddress.Parse("10.1.2.3"))), Verdict.Drop]
        },
        {
            "ip6 daddr fd00:1::/32 return",
            [
                Meta.Family, Compare.Equal(NftValue.Byte(10)), Payload.DestinationIPv6 with { Length = 4 },
                Compare.Equal(NftValue.Of([0xfd, 0, 0, 1])), Verdict.Return,
            ]
        },
        {
            "tcp dport != 80-90 counter packets 0 bytes 0 jump other",
            [
                Meta.Protocol, Compare.Equal(NftValue.Byte(6)), Payload.DestinationPort,
                new Between(NftValue.Port(80), NftValue.Port(90), IsInverted: true), new Counter(), Verdict.Jump("other"),
            ]
        },
        {
            "meta mark set ip saddr map @identities",
            [Meta.Family, Compare.Equal(NftValue.Byte(2)), Payload.SourceIPv4, Lookup.Map(Identities), Meta.Set(MetaKey.Mark)]
        },
        {
            "iifname . meta mark . meta l4proto . th dport vmap @policy",
            [.. Load.Concatenate(Meta.InterfaceIn, Meta.Mark, Meta.Protocol, Payload.DestinationPort), Lookup.Verdict(Policy)]
        },
        { "ip6 saddr != @networks goto other", [Meta.Family, Compare.Equal(NftValue.Byte(10)), Payload.SourceIPv6, Lookup.NotIn(Networks), Verdict.Goto("other")] },
        { "log prefix \"denied \" group 5 snaplen 64", [new Log(5, "denied ", 64)] },
        { "fib saddr . iif oif missing drop", [Fib.ReversePathExists, Compare.Equal(NftValue.Number(0)), Verdict.Drop] },
        { "fib daddr type local", [Fib.DestinationKind, Compare.Equal(NftValue.Number(2))] },
        { "limit rate 10/second", [new Limit(10, TimeSpan.FromSeconds(1))] },
        { "limit rate over 6/minute burst 7 packets", [new Limit(6, TimeSpan.FromMinutes(1), 7, IsInverted: true)] },
        { "reject with icmpx admin-prohibited", [Reject.AdministrativelyProhibited] },
        { "meta l4proto tcp reject with tcp reset", [Meta.Protocol, Compare.Equal(NftValue.Byte(6)), Reject.TcpReset] },
    };

    public static TheoryData<string, string, Sequence<Expression>> NatRules => new()
    {
        { "postrouting", "masquerade", [new Masquerade()] },
        { "postrouting", "masquerade random,fully-random", [new Masquerade(NatFlags.Random | NatFlags.FullyRandom)] },
        {
            "postrouting", "snat ip to 192.0.2.1",
            [
                new Immediate(NftValue.Address(IPAddress.Parse("192.0.2.1"))),
                new Nat { IsSource = true, Family = NftFamily.IPv4, Address = default(Register) },
            ]
        },
        {
            "prerouting", "meta l4proto tcp dnat ip to 192.0.2.1:80",
            [
                Meta.Protocol, Compare.Equal(NftValue.Byte(6)), new Immediate(NftValue.Address(IPAddress.Parse("192.0.2.1"))),
                new Immediate(NftValue.Port(80), new Register(4)),
                new Nat { IsSource = false, Family = NftFamily.IPv4, Address = default(Register), Port = new Register(4) },
            ]
        },
        {
            "prerouting", "udp dport 53 redirect to :5353",
            [
                Meta.Protocol, Compare.Equal(NftValue.Byte(17)), Payload.DestinationPort, Compare.Equal(NftValue.Port(53)),
                new Immediate(NftValue.Port(5353)), new Redirect(default(Register)),
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_is_listed_by_nft_and_read_back_equal(string expected, Sequence<Expression> expressions)
    {
        var batch = Skeleton();
        var rule = Rule.Create(Forward, expressions.Span, "why");
        batch.AddRule(rule);
        _nft.Commit(batch);

        Assert.Equal($"{expected} comment \"why\"", NftRules("cali-fwd").Single());
        var listed = _nft.Rules(Table, "cali-fwd").Single();
        Assert.Equal(rule, listed);
        Assert.NotEqual(0ul, listed.Handle);
    }

    [Theory]
    [MemberData(nameof(NatRules))]
    public void Translation_is_listed_by_nft_and_read_back_equal(string hook, string expected, Sequence<Expression> expressions)
    {
        var batch = Skeleton();
        var chain = hook == "postrouting"
            ? Chain.At(Table, "nat", new ChainHook(Hook.Postrouting, ChainHook.SourceNatPriority, Kind: ChainHook.Nat))
            : Chain.At(Table, "nat", new ChainHook(Hook.Prerouting, ChainHook.DestinationNatPriority, Kind: ChainHook.Nat));
        batch.AddChain(chain);
        batch.AddRule(Rule.Create(chain, expressions.Span));
        _nft.Commit(batch);

        Assert.Equal(expected, NftRules("nat").Single());
        Assert.Equal(expressions, _nft.Rules(Table, "nat").Single().Expressions);
    }

    [Fact]
    public void Chains_are_read_back_equal()
    {
        Chain[] chains =
        [
            Forward with { Comment = "the way through" },
            Chain.At(Table, "raw", new ChainHook(Hook.Prerouting, ChainHook.RawPriority, Drops: true)),
            Chain.Regular(Table, "called"),
        ];
        var batch = new NftBatch();
        batch.AddTable(Table);
        foreach (var chain in chains)
            batch.AddChain(chain);

        batch.AddRule(Rule.Create(chains[1], [new NoTrack()]));
        _nft.Commit(batch);

        Assert.Equal(chains, _nft.Chains(Table));
        var listed = Nft("list", "table", "inet", "calico-test");
        Assert.Contains("type filter hook forward priority filter - 1; policy accept;", listed, StringComparison.Ordinal);
        Assert.Contains("type filter hook prerouting priority raw; policy drop;", listed, StringComparison.Ordinal);
        Assert.Contains("comment \"the way through\"", listed, StringComparison.Ordinal);
        Assert.Equal("notrack", NftRules("raw").Single());
    }

    [Fact]
    public void Rules_stand_where_they_are_put()
    {
        var batch = Skeleton();
        batch.AddRule(Numbered(2));
        batch.AddRule(Numbered(4));
        batch.InsertRule(Numbered(1));
        _nft.Commit(batch);

        var rules = _nft.Rules(Table, Forward.Name);
        batch.Clear();
        batch.AddRuleAfter(Numbered(3), rules[1].Handle);
        batch.InsertRuleBefore(Numbered(0), rules[0].Handle);
        batch.ReplaceRule(Numbered(9) with { Handle = rules[2].Handle });
        batch.DeleteRule(rules[1]);
        _nft.Commit(batch);

        Assert.Equal([Numbered(0), Numbered(1), Numbered(3), Numbered(9)], _nft.Rules(Table, Forward.Name));

        batch.Clear();
        batch.FlushChain(Forward);
        _nft.Commit(batch);
        Assert.Empty(_nft.Rules(Table, Forward.Name));
    }

    [Fact]
    public void A_refused_command_is_named_and_nothing_is_changed()
    {
        _nft.Commit(Skeleton());
        var generation = _nft.Generation();
        var batch = new NftBatch();
        batch.AddRule(Numbered(1));
        batch.AddRule(Rule.Create(Table, "nowhere", [Verdict.Drop]));
        batch.AddElements(Identities, [Element.Of(NftValue.Port(1)) with { Value = NftValue.Number(1) }]);
        batch.AddRule(Numbered(2));

        var refused = _nft.TryCommit(batch);

        Assert.Equal(2, refused.Count);
        Assert.Equal(("add rule inet calico-test nowhere drop", Errno.ENOENT), (refused[0].Command, refused[0].Error.Errno));
        Assert.Equal("add elements inet calico-test identities 0x0001 : 0x01000000", refused[1].Command);
        Assert.Equal(refused[0].Error.Message, Assert.Throws<NetlinkException>(() => _nft.Commit(batch)).Message);
        Assert.Equal(generation, _nft.Generation());
        Assert.Empty(_nft.Rules(Table));
    }

    [Fact]
    public void A_batch_made_for_another_generation_is_refused_as_a_whole()
    {
        var before = _nft.Generation();
        _nft.Commit(Skeleton());
        var batch = new NftBatch();
        batch.DeleteTable(Table);

        var refused = Assert.Single(_nft.TryCommit(batch, before));
        Assert.Equal(("commit 1 changes to nftables", Errno.ERESTART), (refused.Command, refused.Error.Errno));
        Assert.Contains(Table, _nft.Tables());

        Assert.Empty(_nft.TryCommit(batch, _nft.Generation()));
        Assert.Empty(_nft.Tables());
        Assert.Empty(_nft.TryCommit(new NftBatch()));
    }

    [Fact]
    public void A_table_is_read_whole_or_is_not_there()
    {
        Assert.Null(_nft.Read(Table));
        Assert.Empty(_nft.Rules(Table));
        Assert.Empty(_nft.Sets(Table));
        Assert.Empty(_nft.Elements(Identities));

        var batch = Skeleton();
        batch.AddRule(Numbered(1));
        batch.AddElements(Networks, [Element.Prefix(IPNetwork.Parse("fd00::/8"))]);
        _nft.Commit(batch);

        var contents = _nft.Read(Table);
        Assert.NotNull(contents);
        Assert.Equal(2, contents.Chains.Count);
        Assert.Equal([Numbered(1)], contents.Rules["cali-fwd"]);
        Assert.Equal(3, contents.Sets.Count);
        Assert.Equal([Element.Prefix(IPNetwork.Parse("fd00::/8"))], contents.Elements["networks"]);
        Assert.Equal(_nft.Generation(), contents.Generation);
    }

    [Fact]
    public void A_large_batch_is_one_transaction()
    {
        var batch = Skeleton();
        for (var i = 0; i < 5000; i++)
            batch.AddRule(Rule.Create(Table, "other", [Meta.Mark, Compare.Equal(NftValue.Number((uint)i)), Verdict.Accept], $"rule {i}"));

        var generation = _nft.Generation();
        _nft.Commit(batch);

        Assert.Equal(generation + 1, _nft.Generation());
        Assert.Equal(5000, _nft.Rules(Table, "other").Count);
        Assert.Equal("rule 4999", _nft.Rules(Table, "other")[^1].Comment);
    }

    public void Dispose()
    {
        _nft.Dispose();
        _host.Dispose();
    }

    private static Rule Numbered(uint number) => Rule.Create(Forward, [Meta.Mark, Compare.Equal(NftValue.Number(number))]);

    private static NftBatch Skeleton()
    {
        var batch = new NftBatch();
        batch.AddTable(Table);
        batch.AddChain(Forward);
        batch.AddChain(Chain.Regular(Table, "other"));
        batch.AddSet(Policy);
        batch.AddSet(Identities);
        batch.AddSet(Networks);
        return batch;
    }

    private string Nft(params string[] arguments) => _host.Run("/usr/sbin/nft", arguments);

    private IEnumerable<string> NftRules(string chain) => Nft("list", "chain", "inet", "calico-test", chain)
        .Split('\n', StringSplitOptions.TrimEntries)
        .Where(line => line is not ("" or "}") && !line.EndsWith('{') && !line.StartsWith("type ", StringComparison.Ordinal));
}
