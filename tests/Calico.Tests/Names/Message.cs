using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Calico.Tests.Names;

/// <summary>DNS messages by hand, after RFC 1035 alone, so that reading and writing do not judge themselves.</summary>
internal static class Message
{
    public const ushort A = 1, Ptr = 12, Mx = 15, Aaaa = 28;

    /// <param name="name">Labels with dots between.</param>
    /// <param name="type">Such as <see cref="A"/>.</param>
    /// <param name="size">By EDNS; null: without.</param>
    public static byte[] Query(string name, ushort type = A, ushort? size = null)
    {
        var message = new List<byte> { 0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, (byte)(size is null ? 0 : 1) };
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
            message.AddRange([(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]);
        message.AddRange([0, (byte)(type >> 8), (byte)type, 0, 1]);
        if (size is { } payload)
            message.AddRange([0, 0, 41, (byte)(payload >> 8), (byte)payload, 0, 0, 0, 0, 0, 0]);
        return [.. message];
    }

    /// <summary>The code, whether it was cut short, and what the answers say, in order.</summary>
    public static (int Code, bool IsCut, List<string> Answers) Read(ReadOnlySpan<byte> message)
    {
        Assert.Equal([0x12, 0x34], message[..2].ToArray());
        Assert.Equal(0x81, message[2] & 0x81); // an answer; recursion was desired
        var (questions, answers) = (BinaryPrimitives.ReadUInt16BigEndian(message[4..]), BinaryPrimitives.ReadUInt16BigEndian(message[6..]));
        var at = 12;
        for (var i = 0; i < questions; i++)
            at = Name(message, at, out _) + 4;
        var found = new List<string>();
        for (var i = 0; i < answers; i++)
        {
            at = Name(message, at, out _);
            var (type, length) = (BinaryPrimitives.ReadUInt16BigEndian(message[at..]), BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]));
            at += 10;
            found.Add(type == Ptr ? NameAt(message, at) : new IPAddress(message.Slice(at, length)).ToString());
            at += length;
        }

        return (message[3] & 15, (message[2] & 2) != 0, found);
    }

    private static string NameAt(ReadOnlySpan<byte> message, int at)
    {
        Name(message, at, out var name);
        return name;
    }

    private static int Name(ReadOnlySpan<byte> message, int at, out string name)
    {
        var labels = new List<string>();
        while (message[at] is > 0 and < 0xC0)
        {
            labels.Add(Encoding.ASCII.GetString(message.Slice(at + 1, message[at])));
            at += 1 + message[at];
        }

        name = string.Join('.', labels);
        return at + (message[at] == 0 ? 1 : 2);
    }
}
