using System.Buffers.Binary;

namespace Calico.Names.Wire;

/// <summary>A query: one question, and what its sender can take.</summary>
/// <param name="Header">As it came.</param>
/// <param name="Name">In lower case, without a final dot; empty for the root.</param>
/// <param name="QuestionLength">The bytes of the question behind the header; an answer repeats them, in whatever case they were.</param>
/// <param name="PayloadSize">By EDNS; null: no EDNS.</param>
internal sealed record DnsQuery(DnsHeader Header, string Name, RecordType Type, ushort Class, int QuestionLength, ushort? PayloadSize)
{
    /// <summary>The longest answer over UDP without EDNS (RFC 1035 §2.3.4), and the longest that we send with it: no path of today cuts it to pieces.</summary>
    public const int PlainSize = 512, LargestSize = 1232;

    private const ushort Internet = 1;

    /// <summary>True of all that is asked of the internet's names.</summary>
    public bool IsInternet => Class is Internet or (ushort)RecordType.Any;

    /// <summary>How long an answer over UDP may be.</summary>
    public int Room => PayloadSize is { } size ? Math.Clamp((int)size, PlainSize, LargestSize) : PlainSize;

    /// <summary>Reads what came.</summary>
    /// <param name="message">All of it.</param>
    /// <param name="fault">What to answer where it is no query; null: nothing, for it cannot be answered, or is an answer itself.</param>
    /// <returns>Null if it is none.</returns>
    public static DnsQuery? Read(ReadOnlySpan<byte> message, out ResponseCode? fault)
    {
        fault = null;
        if (message.Length < DnsHeader.Size || DnsHeader.Read(message) is not { IsResponse: false } header)
            return null;

        if (header.Opcode != 0)
        {
            fault = ResponseCode.NotImplemented;
            return null;
        }

        fault = ResponseCode.FormatError;
        var rest = message[DnsHeader.Size..];
        if (header.Questions != 1 || header.Answers != 0 || DnsName.Read(rest, out var length) is not { } name || rest.Length < length + 4)
            return null;

        var type = BinaryPrimitives.ReadUInt16BigEndian(rest[length..]);
        var @class = BinaryPrimitives.ReadUInt16BigEndian(rest[(length + 2)..]);
        if (!TryReadOptions(rest[(length + 4)..], header.Authorities + header.Additionals, out var size))
            return null;

        fault = null;
        return new(header, name, (RecordType)type, @class, length + 4, size);
    }

    /// <summary>Goes over the records behind the question, for the one of EDNS.</summary>
    /// <returns>False: there are fewer than the header says, or one lies about its length.</returns>
    private static bool TryReadOptions(ReadOnlySpan<byte> records, int count, out ushort? size)
    {
        size = null;
        for (var i = 0; i < count; i++)
        {
            // A record's owner may be compressed: a pointer ends the name (RFC 1035 §4.1.4), and where it leads is of no interest here.
            if (!TrySkipName(records, out var name) || records.Length < name + 10)
                return false;

            var body = records[name..];
            var length = BinaryPrimitives.ReadUInt16BigEndian(body[8..]);
            if (body.Length < 10 + length)
                return false;

            if (BinaryPrimitives.ReadUInt16BigEndian(body) == (ushort)RecordType.Opt)
                size = BinaryPrimitives.ReadUInt16BigEndian(body[2..]);
            records = body[(10 + length)..];
        }

        return true;
    }

    private static bool TrySkipName(ReadOnlySpan<byte> bytes, out int length)
    {
        for (length = 0; length < bytes.Length;)
        {
            switch (bytes[length])
            {
                case 0:
                    length++;
                    return true;
                case >= 0xC0:
                    length += 2;
                    return length <= bytes.Length;
                case > 63:
                    return false;
                case var label:
                    length += 1 + label;
                    break;
            }
        }

        return false;
    }
}
