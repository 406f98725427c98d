using System.Net;
using Calico.Netlink.Nftables;
using Calico.Netlink.Nftables.Expressions;
using Calico.Netlink.Wire;

namespace Calico.Tests.Netlink;

/// <summary>What nft 1.0.6 sends, as strace shows it; sequence numbers evened out.</summary>
/// <remarks>
/// The file: <c>table ip calf { set nets { type ipv4_addr; flags interval; elements = { 10.0.0.0/24 } }
/// map pol { type ifname . mark : verdict; counter; elements = { "cali0" . 0x5 : goto out } } chain out { }
/// chain fw { type filter hook forward priority -1; policy drop; iifname "cali*" counter accept comment "ours";
/// ip saddr @nets ct state established log prefix "x" group 5 drop } }</c>
/// </remarks>
public sealed class NftFrameTests
{
    private const int HeaderSize = 16;

    private static readonly Table Table = new(NftFamily.IPv4, "calf");
    private static readonly Set Nets = Set.Create(Table, "nets", DataType.IPv4Address) with { IsInterval = true };
    private static readonly Set Policy = Set.Map(Table, "pol", DataType.Verdict, DataType.InterfaceName, DataType.Mark) with { HasCounters = true };
    private static readonly Chain Forward = Chain.At(Table, "fw", new ChainHook(Hook.Forward, -1, Drops: true));

    private static readonly Rule Accepting = Rule.Create(
        Forward, [Meta.InterfaceIn, Compare.Equal(NftValue.InterfacePrefix("cali")), new Counter(), Verdict.Accept], "ours");

    private static readonly Rule Dropping = Rule.Create(
        Forward,
        [Payload.SourceIPv4, Lookup.In(Nets), .. Conntrack.IsIn(ConntrackState.Established), new Log(5, "x"), Verdict.Drop]);

    private const string ChainFrame = """
        50000000 030a 0104 00000000 00000000    nlmsghdr: 80 bytes, NEWCHAIN, REQUEST|CREATE
        02 00 0000                              nfgenmsg: IPv4
        0900 0100 63616c6600 000000             NFTA_CHAIN_TABLE calf
        0700 0300 667700 00                     NFTA_CHAIN_NAME fw
        0b00 0700 66696c74657200 00             NFTA_CHAIN_TYPE filter
        0800 0500 00000000                      NFTA_CHAIN_POLICY drop
        1400 0480                               NFTA_CHAIN_HOOK
          0800 0100 00000002                    NFTA_HOOK_HOOKNUM forward
          0800 0200 ffffffff                    NFTA_HOOK_PRIORITY -1
        """;

    private const string AcceptingFrame = """
        cc000000 060a 010c 00000000 00000000    nlmsghdr: 204 bytes, NEWRULE, REQUEST|CREATE|APPEND
        02 00 0000                              nfgenmsg: IPv4
        0900 0100 63616c6600 000000             NFTA_RULE_TABLE calf
        0700 0200 667700 00                     NFTA_RULE_CHAIN fw
        9800 0480                               NFTA_RULE_EXPRESSIONS
          2400 0180                             NFTA_LIST_ELEM
            0900 0100 6d65746100 000000         NFTA_EXPR_NAME meta
            1400 0280                           NFTA_EXPR_DATA
              0800 0200 00000006                NFTA_META_KEY iifname
              0800 0100 00000001                NFTA_META_DREG 1
          2c00 0180                             NFTA_LIST_ELEM
            0800 0100 636d7000                  NFTA_EXPR_NAME cmp
            2000 0280                           NFTA_EXPR_DATA
              0800 0100 00000001                NFTA_CMP_SREG 1
              0800 0200 00000000                NFTA_CMP_OP eq
              0c00 0380                         NFTA_CMP_DATA
                0800 0100 63616c69              NFTA_DATA_VALUE "cali", four bytes
          1400 0180                             NFTA_LIST_ELEM
            0c00 0100 636f756e74657200          NFTA_EXPR_NAME counter
            0400 0280                           NFTA_EXPR_DATA, empty
          3000 0180                             NFTA_LIST_ELEM
            0e00 0100 696d6d65646961746500 0000  NFTA_EXPR_NAME immediate
            1c00 0280                           NFTA_EXPR_DATA
              0800 0100 00000000                NFTA_IMMEDIATE_DREG verdict
              1000 0280                         NFTA_IMMEDIATE_DATA
                0c00 0280                       NFTA_DATA_VERDICT
                  0800 0100 00000001            NFTA_VERDICT_CODE accept
        0b00 0700 00 05 6f75727300 00           NFTA_RULE_USERDATA: comment, 5 bytes, "ours"
        """;

    private const string DroppingFrame = """
        70010000 060a 010c 00000000 00000000    nlmsghdr: 368 bytes, NEWRULE, REQUEST|CREATE|APPEND
        02 00 0000                              nfgenmsg: IPv4
        0900 0100 63616c6600 000000             NFTA_RULE_TABLE calf
        0700 0200 667700 00                     NFTA_RULE_CHAIN fw
        4801 0480                               NFTA_RULE_EXPRESSIONS
          3400 0180                             NFTA_LIST_ELEM
            0c00 0100 7061796c6f616400          NFTA_EXPR_NAME payload
            2400 0280                           NFTA_EXPR_DATA
              0800 0100 00000001                NFTA_PAYLOAD_DREG 1
              0800 0200 00000001                NFTA_PAYLOAD_BASE network header
              0800 0300 0000000c                NFTA_PAYLOAD_OFFSET 12
              0800 0400 00000004                NFTA_PAYLOAD_LEN 4
          3000 0180                             NFTA_LIST_ELEM
            0b00 0100 6c6f6f6b757000 00         NFTA_EXPR_NAME lookup
            2000 0280                           NFTA_EXPR_DATA
              0800 0200 00000001                NFTA_LOOKUP_SREG 1
              0900 0100 6e65747300 000000       NFTA_LOOKUP_SET nets
              0800 0400 00000001                NFTA_LOOKUP_SET_ID 1
          2000 0180                             NFTA_LIST_ELEM
            0700 0100 637400 00                 NFTA_EXPR_NAME ct
            1400 0280                           NFTA_EXPR_DATA
              0800 0200 00000000                NFTA_CT_KEY state
              0800 0100 00000001                NFTA_CT_DREG 1
          4400 0180                             NFTA_LIST_ELEM
            0c00 0100 6269747769736500          NFTA_EXPR_NAME bitwise
            3400 0280                           NFTA_EXPR_DATA
              0800 0100 00000001                NFTA_BITWISE_SREG 1
              0800 0200 00000001                NFTA_BITWISE_DREG 1
              0800 0300 00000004                NFTA_BITWISE_LEN 4
              0c00 0480                         NFTA_BITWISE_MASK
                0800 0100 02000000              established, in host order
              0c00 0580                         NFTA_BITWISE_XOR
                0800 0100 00000000
          2c00 0180                             NFTA_LIST_ELEM
            0800 0100 636d7000                  NFTA_EXPR_NAME cmp
            2000 0280                           NFTA_EXPR_DATA
              0800 0100 00000001                NFTA_CMP_SREG 1
              0800 0200 00000001                NFTA_CMP_OP neq
              0c00 0380                         NFTA_CMP_DATA
                0800 0100 00000000
          2000 0180                             NFTA_LIST_ELEM
            0800 0100 6c6f6700                  NFTA_EXPR_NAME log
            1400 0280                           NFTA_EXPR_DATA
              0600 0200 7800 0000               NFTA_LOG_PREFIX x
              0600 0100 0005 0000               NFTA_LOG_GROUP 5
          3000 0180                             NFTA_LIST_ELEM
            0e00 0100 696d6d65646961746500 0000  NFTA_EXPR_NAME immediate
            1c00 0280                           NFTA_EXPR_DATA
              0800 0100 00000000                NFTA_IMMEDIATE_DREG verdict
              1000 0280                         NFTA_IMMEDIATE_DATA
                0c00 0280                       NFTA_DATA_VERDICT
                  0800 0100 00000000            NFTA_VERDICT_CODE drop
        """;

    // An interval set: what follows NFTA_SET_USERDATA's key byte order, nft leaves out here too.
    private const string SetFrame = """
        58000000 090a 0104 00000000 00000000    nlmsghdr: 88 bytes, NEWSET, REQUEST|CREATE
        02 00 0000                              nfgenmsg: IPv4
        0900 0100 63616c6600 000000             NFTA_SET_TABLE calf
        0900 0200 6e65747300 000000             NFTA_SET_NAME nets
        0800 0300 00000004                      NFTA_SET_FLAGS interval
        0800 0400 00000007                      NFTA_SET_KEY_TYPE ipv4_addr
        0800 0500 00000004                      NFTA_SET_KEY_LEN 4
        0800 0a00 00000001                      NFTA_SET_ID 1
        0a00 0d00 00 04 02000000 0000           NFTA_SET_USERDATA: key byte order, 4 bytes, network
        """;

    // nft adds an element "0.0.0.0, end" in front and the set's number; neither is needed.
    private const string RangeFrame = """
        58000000 0c0a 0104 00000000 00000000    nlmsghdr: 88 bytes, NEWSETELEM, REQUEST|CREATE
        02 00 0000                              nfgenmsg: IPv4
        0900 0100 63616c6600 000000             NFTA_SET_ELEM_LIST_TABLE calf
        0900 0200 6e65747300 000000             NFTA_SET_ELEM_LIST_SET nets
        2c00 0380                               NFTA_SET_ELEM_LIST_ELEMENTS
          1000 0180                             NFTA_LIST_ELEM
            0c00 0180                           NFTA_SET_ELEM_KEY
              0800 0100 0a000000                10.0.0.0
          1800 0180                             NFTA_LIST_ELEM
            0800 0300 00000001                  NFTA_SET_ELEM_FLAGS interval end
            0c00 0180                           NFTA_SET_ELEM_KEY
              0800 0100 0a000100                10.0.1.0
        """;

    private const string VerdictElementFrame = """
        64000000 0c0a 0104 00000000 00000000    nlmsghdr: 100 bytes, NEWSETELEM, REQUEST|CREATE
        02 00 0000                              nfgenmsg: IPv4
        0900 0100 63616c6600 000000             NFTA_SET_ELEM_LIST_TABLE calf
        0800 0200 706f6c00                      NFTA_SET_ELEM_LIST_SET pol
        3c00 0380                               NFTA_SET_ELEM_LIST_ELEMENTS
          3800 0180                             NFTA_LIST_ELEM
            1c00 0180                           NFTA_SET_ELEM_KEY
              1800 0100                         NFTA_DATA_VALUE
                63616c6930 0000000000000000000000  cali0, padded to 16
                05000000                        mark 5, in host order
            1800 0280                           NFTA_SET_ELEM_DATA
              1400 0280                         NFTA_DATA_VERDICT
                0800 0100 fffffffc              NFTA_VERDICT_CODE goto
                0800 0200 6f757400              NFTA_VERDICT_CHAIN out
        """;

    [Fact]
    public void A_base_chain() => AssertWritten(ChainFrame, requests => ChainMessage.Add(requests, Forward));

    [Fact]
    public void A_rule_with_a_comment() => AssertWritten(AcceptingFrame, requests => RuleMessage.Add(requests, Accepting, NetlinkFlags.Create | NetlinkFlags.Append, 0));

    [Fact]
    public void An_interval_set() => AssertWritten(SetFrame, requests => SetMessage.Add(requests, Nets, 1));

    [Fact]
    public void A_range_is_where_it_starts_and_where_it_has_ended() => AssertWritten(
        RangeFrame, requests => ElementMessage.Write(requests, NftVerb.NewElement, Nets, [Element.Prefix(IPNetwork.Parse("10.0.0.0/24"))], 0));

    [Fact]
    public void An_element_of_a_verdict_map_with_a_concatenated_key() => AssertWritten(
        VerdictElementFrame, requests => ElementMessage.Write(requests, NftVerb.NewElement, Policy, [Going], 0));

    [Fact]
    public void What_nft_writes_is_read()
    {
        Assert.Equal(Forward, ChainMessage.Decode(Body(ChainFrame)));
        Assert.Equal(Accepting, RuleMessage.Decode(Body(AcceptingFrame)));
        Assert.Equal(Dropping, RuleMessage.Decode(Body(DroppingFrame)));
        Assert.Equal(Nets, SetMessage.Decode(Body(SetFrame)));
        Assert.Equal([(Going, false)], ElementMessage.Decode(Body(VerdictElementFrame)));
        Assert.Equal([Element.Prefix(IPNetwork.Parse("10.0.0.0/24"))], Ranges.Join(ElementMessage.Decode(Body(RangeFrame))));
    }

    [Fact]
    public void A_batch_is_opened_for_one_generation() => AssertWritten(
        """
        1c000000 1000 0100 00000000 00000000    nlmsghdr: 28 bytes, NFNL_MSG_BATCH_BEGIN, REQUEST
        00 00 000a                              nfgenmsg: resource NFNL_SUBSYS_NFTABLES
        0800 0100 00000007                      NFNL_BATCH_GENID 7
        """,
        requests => NftMessage.Mark(requests, NftMessage.BatchBegin, 7));

    [Fact]
    public void Elements_are_cut_into_messages_that_an_attribute_can_hold()
    {
        Element[] elements = [.. Enumerable.Range(0, 5000).Select(i => Element.Of(NftValue.Number((uint)i)) with { Comment = "a comment to fill it" })];
        var batch = new NftBatch();
        batch.AddElements(Nets with { IsInterval = false }, elements);

        Assert.InRange(batch.Count, 2, 10);
        var messages = new MessageReader(batch.Written);
        var read = new List<Element>();
        while (messages.Next())
            read.AddRange(ElementMessage.Decode(messages.Body).Select(part => part.Element));

        Assert.Equal(elements, read);
    }

    [Fact]
    public void Keys_are_written_as_the_elements_that_they_are()
    {
        foreach (var length in new[] { 2, 4, 16 })
        {
            var (set, one, other) = (Set.Create(Table, "keys", new DataType(7, length)), new NftBatch(), new NftBatch());

            one.AddElements(set, [.. Enumerable.Range(0, 5_000).Select(i => Element.Of(NftValue.Of(Key(i))))]);
            other.AddKeys(set, new(5_000, length, (i, room) => Key(i).CopyTo(room)));

            Assert.Equal(one.Count, other.Count);
            Assert.Equal(one.Written.ToArray(), other.Written.ToArray());

            byte[] Key(int i) => [.. Enumerable.Repeat((byte)(i >> 8), length - 1), (byte)i];
        }
    }

    [Fact]
    public void A_comment_too_long_for_the_kernel_is_refused_here()
    {
        var batch = new NftBatch();
        Assert.Contains("254 bytes", Assert.Throws<ArgumentException>(() => batch.AddRule(Accepting with { Comment = new string('x', 254) })).Message, StringComparison.Ordinal);
        batch.AddRule(Accepting with { Comment = new string('x', 253) });
    }

    private static Element Going => Element.Of(NftValue.Concatenate(NftValue.InterfaceName("cali0"), NftValue.Number(5))) with { Verdict = Verdict.Goto("out") };

    private static byte[] Body(string frame) => AnnotatedFrame.Bytes(frame)[HeaderSize..];

    private static void AssertWritten(string frame, Action<RequestBuffer> write)
    {
        var requests = new RequestBuffer();
        write(requests);
        Assert.Equal(Convert.ToHexStringLower(AnnotatedFrame.Bytes(frame)), Convert.ToHexStringLower(requests.Written));
    }
}
