using Calico.Netlink;
using Calico.Netlink.Wire;

namespace Calico.Tests.Netlink;

public sealed class WireTests
{
    // ip link set br0 mtu 7
    private const string Refused = """
        4c000000 0200 0003 05000000 39300000    nlmsghdr: 76 bytes, NLMSG_ERROR, CAPPED|ACK_TLVS, sequence 5
        eaffffff                                -22, EINVAL
        20000000 1000 0500 05000000 00000000    the request's nlmsghdr, its body left out
        2500 0100                               NLMSGERR_ATTR_MSG
        6d7475206c657373207468616e20646576696365206d696e696d756d 00 000000 00000000
        """;

    [Fact]
    public void A_refusal_carries_the_kernels_own_words()
    {
        var refusal = Read(Refused);

        Assert.Equal(new Refusal(3, Errno.EINVAL, "mtu less than device minimum"), refusal);
        Assert.Equal("change link 2: EINVAL: mtu less than device minimum", refusal.ToException("change link 2").Message);
    }

    [Fact]
    public void A_refusal_that_echoes_the_request_is_read_past_it() =>
        Assert.Equal(
            new Refusal(3, Errno.ENOENT, "no"),
            Read("""
                34000000 0200 0002 05000000 39300000    nlmsghdr: 52 bytes, NLMSG_ERROR, ACK_TLVS
                feffffff                                -2, ENOENT
                18000000 1000 0500 05000000 00000000    the request's nlmsghdr: 24 bytes
                0000000000000000                        and its body
                0700 0100 6e6f00 00                     NLMSGERR_ATTR_MSG
                """));

    [Fact]
    public void An_acknowledgement_is_a_refusal_of_nothing() =>
        Assert.True(Read("""
            24000000 0200 0001 05000000 39300000    nlmsghdr: 36 bytes, NLMSG_ERROR, CAPPED
            00000000                                0
            20000000 1000 0500 05000000 00000000    the request's nlmsghdr
            """).IsSuccess);

    [Fact]
    public void An_attribute_that_claims_more_than_there_is_is_told()
    {
        var told = Assert.Throws<NetlinkException>(() =>
        {
            var attributes = new AttributeReader(AnnotatedFrame.Bytes("0800 0100 00"));
            attributes.Next();
        });

        Assert.Equal("unreadable answer from the kernel: an attribute of 8 bytes where 5 are left", told.Message);
    }

    [Fact]
    public void A_nest_too_long_for_its_header_is_told()
    {
        var requests = new RequestBuffer();
        Assert.Equal(Errno.EMSGSIZE, Assert.Throws<NetlinkException>(() =>
        {
            var message = requests.Begin(1, NetlinkFlags.None);
            var nest = message.BeginNest(1);
            message.Put(2, new byte[40_000]);
            message.Put(2, new byte[40_000]);
            message.EndNest(nest);
        }).Errno);
    }

    private static Refusal Read(string frame)
    {
        var messages = new MessageReader(AnnotatedFrame.Bytes(frame));
        Assert.True(messages.Next());
        return Refusal.Decode(messages.Header, messages.Body, 3);
    }
}
