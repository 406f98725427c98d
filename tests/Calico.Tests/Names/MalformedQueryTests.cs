using System.Net;
using Calico.Names;
using FsCheck;
using FsCheck.Fluent;

namespace Calico.Tests.Names;

/// <summary>Queries that are none, or lie.</summary>
public sealed class MalformedQueryTests
{
    private const int FormatError = 1, NotImplemented = 4;

    private static readonly IPAddress _asker = IPAddress.Parse("192.168.0.1");
    private readonly NameResponder _responder;

    public MalformedQueryTests()
    {
        var directory = new NameDirectory();
        directory.Add("asker", "calnet1", "192.168.0.1 fd00::1");
        directory.Add("web", "calnet1", "192.168.0.2 fd00::2");
        _responder = new NameResponder(directory);
    }

    [Fact]
    public void What_is_too_short_for_a_header_or_is_an_answer_is_met_with_silence()
    {
        var answer = Message.Query("web");
        answer[2] |= 0x80;

        Assert.Equal(Deed.Nothing, Answer([]).Deed);
        Assert.Equal(Deed.Nothing, Answer(Message.Query("web")[..11]).Deed);
        Assert.Equal(Deed.Nothing, Answer(answer).Deed);
    }

    [Theory]
    [InlineData("c0 0c 00 01 00 01")] // the name points at itself
    [InlineData("03 77 65 62 c0 0c 00 01 00 01")] // and back into its own beginning
    [InlineData("40 77 65 62 00 00 01 00 01")] // a label of 64 bytes
    [InlineData("3f 77 65 62 00 00 01 00 01")] // one longer than the message
    [InlineData("03 77 65 62")] // no end
    [InlineData("03 77 65 62 00")] // no type
    [InlineData("03 77 65 62 00 00 01 00")] // half a class
    public void A_question_that_lies_is_a_format_error(string question)
    {
        byte[] message = [.. Message.Query("web")[..12], .. Convert.FromHexString(question.Replace(" ", "", StringComparison.Ordinal))];

        Assert.Equal(FormatError, CodeOf(message));
    }

    [Fact]
    public void A_name_of_more_than_255_bytes_is_a_format_error()
    {
        Assert.Equal(FormatError, CodeOf(Message.Query(string.Join('.', Enumerable.Repeat("a23456789", 26)))));
        Assert.Equal(Deed.PassOn, Answer(Message.Query(string.Join('.', Enumerable.Repeat("a23456789", 25)))).Deed);
    }

    [Theory]
    [InlineData(4, 0, FormatError)] // no question
    [InlineData(4, 2, FormatError)] // two, where there is one
    [InlineData(6, 1, FormatError)] // an answer
    [InlineData(8, 9, FormatError)] // nine records that are not there
    [InlineData(10, 9, FormatError)]
    public void Counts_that_lie_are_a_format_error(int at, byte count, int code)
    {
        var message = Message.Query("web");
        message[at + 1] = count;

        Assert.Equal(code, CodeOf(message));
    }

    [Fact]
    public void What_is_no_query_is_not_implemented()
    {
        var update = Message.Query("web");
        update[2] |= 5 << 3;

        Assert.Equal(NotImplemented, CodeOf(update));
    }

    [Fact]
    public void Options_that_are_longer_than_the_message_are_a_format_error()
    {
        var message = Message.Query("web", size: 1232);
        message[^1] = 200;

        Assert.Equal(FormatError, CodeOf(message));
    }

    [Fact]
    public void Nothing_that_comes_makes_it_fail() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => IsSound(Answer(bytes ?? []))).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void A_true_query_with_some_bytes_changed_makes_it_not_fail_either()
    {
        byte[][] queries =
        [
            Message.Query("web"), Message.Query("web.calnet1", Message.Aaaa, 1232), Message.Query("2.0.168.192.in-addr.arpa", Message.Ptr), Message.Query("www.example.org", size: 512),
        ];
        var random = new Random(4711);
        for (var round = 0; round < 50_000; round++)
        {
            var message = queries[round % queries.Length].ToArray();
            for (var change = random.Next(1, 5); change > 0; change--)
                message[random.Next(message.Length)] = (byte)random.Next(256);
            Assert.True(IsSound(Answer(message[..random.Next(message.Length + 1)])));
            Assert.True(IsSound(Answer(message)));
        }
    }

    private static bool IsSound(Reply reply) => reply.Deed == Deed.Answer ? reply.Length is >= 12 and <= 1232 : reply.Length == 0;

    private int CodeOf(byte[] message)
    {
        var room = new byte[1232];
        var reply = _responder.Answer(_asker, message, isStream: false, room);
        Assert.Equal((Deed.Answer, 12), (reply.Deed, reply.Length));
        Assert.Equal(message[..2], room[..2]);
        return room[3] & 15;
    }

    private Reply Answer(byte[] message) => _responder.Answer(_asker, message, isStream: false, new byte[1232]);
}
