using System.Net;
using Calico.Names;

namespace Calico.Tests.Names;

/// <summary>What a workload is answered, by bytes.</summary>
public sealed class NameResponderTests
{
    private readonly NameDirectory _directory = new();
    private readonly NameResponder _responder;

    public NameResponderTests()
    {
        _responder = new NameResponder(_directory);
        _directory.Add("asker", "calnet1", "192.168.0.1 fd00::1");
        _directory.Add("web", "calnet1", "192.168.0.2 fd00::2", aliases: "shop 0123456789ab");
        _directory.Add("hidden", "calnet2", "192.168.0.9");
    }

    [Theory]
    [InlineData("web", Message.A, "192.168.0.2")]
    [InlineData("web", Message.Aaaa, "fd00::2")]
    [InlineData("WEB.calnet1", Message.A, "192.168.0.2")]
    [InlineData("shop", Message.A, "192.168.0.2")]
    [InlineData("shop.calnet1", Message.A, "192.168.0.2")]
    [InlineData("0123456789ab", Message.A, "192.168.0.2")]
    [InlineData("asker", Message.A, "192.168.0.1")]
    [InlineData("2.0.168.192.in-addr.arpa", Message.Ptr, "web.calnet1")]
    [InlineData("2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", Message.Ptr, "web.calnet1")]
    public void A_name_of_ones_own_network_is_answered(string name, ushort type, string answer)
    {
        var (code, isCut, answers) = Ask(Message.Query(name, type));

        Assert.Equal((0, false, answer), (code, isCut, Assert.Single(answers)));
    }

    [Theory]
    [InlineData("hidden", Message.A)]
    [InlineData("hidden.calnet2", Message.A)]
    [InlineData("9.0.168.192.in-addr.arpa", Message.Ptr)]
    [InlineData("web.calnet2", Message.A)]
    [InlineData("web.calnet1.example", Message.A)]
    [InlineData("nobody", Message.A)]
    [InlineData("", Message.A)]
    [InlineData("www.example.org", Message.A)]
    public void All_else_is_passed_on_to_whoever_was_asked(string name, ushort type) =>
        Assert.Equal(Deed.PassOn, Reply(Message.Query(name, type), "192.168.0.1").Deed);

    [Fact]
    public void Who_is_on_no_network_is_told_nothing() =>
        Assert.Equal(Deed.PassOn, Reply(Message.Query("web"), "10.0.0.1").Deed);

    [Fact]
    public void Of_what_a_known_name_has_not_the_answer_is_empty_and_nobody_else_is_asked()
    {
        _directory.Add("only4", "calnet1", "192.168.0.4");

        Assert.Equal((0, 0), Ask(Message.Query("only4", Message.Aaaa)) is var (code, _, answers) ? (code, answers.Count) : default);
        Assert.Empty(Ask(Message.Query("web", Message.Mx)).Answers);
    }

    [Fact]
    public void A_container_on_two_networks_sees_both_from_either_address()
    {
        _directory.Add("both", "calnet1", "192.168.0.5", sandbox: "s", key: "both1");
        _directory.Add("both", "calnet2", "192.168.0.6", sandbox: "s", key: "both2");

        Assert.Equal(["192.168.0.9"], Ask(Message.Query("hidden"), "192.168.0.5").Answers);
        Assert.Equal(["192.168.0.2"], Ask(Message.Query("web"), "192.168.0.6").Answers);
        Assert.Equal(["192.168.0.5", "192.168.0.6"], Ask(Message.Query("both"), "192.168.0.6").Answers.Order());
        _directory.Remove("both2");
        Assert.Equal(Deed.PassOn, Reply(Message.Query("hidden"), "192.168.0.5").Deed);
    }

    [Fact]
    public void Several_of_one_name_are_all_answered_and_begin_with_another_each_time()
    {
        _directory.Add("web", "calnet1", "192.168.0.3", key: "web2");

        string[] firsts = [Ask(Message.Query("web")).Answers[0], Ask(Message.Query("web")).Answers[0]];

        Assert.Equal(["192.168.0.2", "192.168.0.3"], firsts.Order());
        _directory.Remove("web");
        Assert.Equal(["192.168.0.3"], Ask(Message.Query("web")).Answers);
    }

    [Theory]
    [InlineData("My_Net.x", "db.my_net.x")]
    [InlineData("calnet3", "db.calnet3")]
    public void Networks_of_any_name_are_behind_the_dot_as_the_user_gave_them(string network, string name)
    {
        _directory.Add("asker3", network, "192.168.0.30");
        _directory.Add("db", network, "192.168.0.31");

        Assert.Equal(["192.168.0.31"], Ask(Message.Query(name), "192.168.0.30").Answers);
    }

    [Fact]
    public void A_container_whose_name_has_dots_is_found()
    {
        _directory.Add("10.one", "calnet1", "192.168.0.41");

        Assert.Equal(["192.168.0.41"], Ask(Message.Query("10.one.calnet1")).Answers);
        Assert.Equal(["10.one.calnet1"], Ask(Message.Query("41.0.168.192.in-addr.arpa", Message.Ptr)).Answers.ConvertAll(name => name));
    }

    [Fact]
    public void What_does_not_fit_is_cut_short_and_whole_by_tcp()
    {
        for (var i = 0; i < 200; i++)
            _directory.Add("many", "calnet1", $"192.168.1.{i}", key: $"many{i}");

        var plain = Ask(Message.Query("many"));
        Assert.True(plain.IsCut);
        Assert.InRange(plain.Answers.Count, 25, 31);
        Assert.InRange(Ask(Message.Query("many", size: 4096)).Answers.Count, 65, 76); // 1232 bytes, whatever is asked for
        var whole = Ask(Message.Query("many"), isStream: true);
        Assert.Equal((false, 200), (whole.IsCut, whole.Answers.Count));
    }

    [Fact]
    public void To_a_query_with_edns_belongs_an_answer_with_it()
    {
        var room = new byte[1232];
        var reply = _responder.Answer(IPAddress.Parse("192.168.0.1"), Message.Query("web", size: 1400), isStream: false, room);

        Assert.Equal([0, 0, 41, 1232 >> 8, 1232 & 255, 0, 0, 0, 0, 0, 0], room[(reply.Length - 11)..reply.Length]);
        Assert.Equal(1, room[11]);
    }

    private (int Code, bool IsCut, List<string> Answers) Ask(byte[] query, string asker = "192.168.0.1", bool isStream = false)
    {
        var room = new byte[isStream ? ushort.MaxValue : 1232];
        var reply = _responder.Answer(IPAddress.Parse(asker), query, isStream, room);
        Assert.Equal(Deed.Answer, reply.Deed);
        return Message.Read(room.AsSpan(0, reply.Length));
    }

    private Reply Reply(byte[] query, string asker) => _responder.Answer(IPAddress.Parse(asker), query, isStream: false, new byte[1232]);
}
