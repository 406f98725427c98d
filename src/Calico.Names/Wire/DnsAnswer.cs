using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Calico.Names.Wire;

/// <summary>Writes answers.</summary>
internal static class DnsAnswer
{
    /// <summary>Short, for containers come and go.</summary>
    private const uint TimeToLive = 1;

    private const ushort PointerToQuestion = 0xC000 | DnsHeader.Size, Internet = 1;
    private const int OptionsSize = 11;

    /// <summary>The answer with these addresses, or names for an address: as many as there is room for.</summary>
    /// <param name="message">The query as it came.</param>
    /// <param name="query">The same, read.</param>
    /// <param name="found">What there is; empty: the name is known, but has nothing of that kind.</param>
    /// <param name="room">Takes the answer; as long as it may be.</param>
    /// <returns>Its length.</returns>
    public static int Write(ReadOnlySpan<byte> message, DnsQuery query, Found found, Span<byte> room)
    {
        var at = DnsHeader.Size + query.QuestionLength;
        message[..at].CopyTo(room);
        var limit = room.Length - (query.PayloadSize is null ? 0 : OptionsSize);
        var (count, isCut) = (0, false);
        foreach (var address in found.Addresses)
        {
            var size = WriteAddress(address, room[at..limit]);
            isCut |= size == 0;
            count += size == 0 ? 0 : 1;
            at += size;
        }

        foreach (var name in query.Type is RecordType.Ptr or RecordType.Any ? found.Names : [])
        {
            var size = WritePointer(name, room[at..limit]);
            isCut |= size == 0;
            count += size == 0 ? 0 : 1;
            at += size;
        }

        at += WriteOptions(query, room[at..]);
        var flags = FlagsOf(query.Header, ResponseCode.NoError) | DnsHeader.Authoritative | (isCut ? DnsHeader.Truncated : 0);
        query.Header.Answering((ushort)flags, count, query.PayloadSize is not null).Write(room);
        return at;
    }

    /// <summary>The question again with a code and nothing else, cut short if need be.</summary>
    public static int WriteEmpty(ReadOnlySpan<byte> message, DnsQuery query, ResponseCode code, bool isCut, Span<byte> room)
    {
        var at = DnsHeader.Size + query.QuestionLength;
        message[..at].CopyTo(room);
        at += WriteOptions(query, room[at..]);
        var flags = FlagsOf(query.Header, code) | (isCut ? DnsHeader.Truncated : 0);
        query.Header.Answering((ushort)flags, count: 0, query.PayloadSize is not null).Write(room);
        return at;
    }

    /// <summary>The answer to what could not be read: the header alone.</summary>
    public static int WriteFault(ReadOnlySpan<byte> message, ResponseCode code, Span<byte> room)
    {
        var header = DnsHeader.Read(message);
        new DnsHeader(header.Id, FlagsOf(header, code), 0, 0, 0, 0).Write(room);
        return DnsHeader.Size;
    }

    private static ushort FlagsOf(DnsHeader query, ResponseCode code) => (ushort)(
        DnsHeader.Response | DnsHeader.RecursionAvailable | (query.Opcode << 11) | (query.Flags & (DnsHeader.RecursionDesired | DnsHeader.CheckingDisabled)) | (byte)code);

    private static DnsHeader Answering(this DnsHeader query, ushort flags, int count, bool hasOptions) =>
        new(query.Id, flags, Questions: 1, (ushort)count, Authorities: 0, hasOptions ? (ushort)1 : (ushort)0);

    public static bool IsAskedFor(RecordType type, IPAddress address) =>
        type == RecordType.Any || type == (address.AddressFamily == AddressFamily.InterNetwork ? RecordType.A : RecordType.Aaaa);

    private static int WriteAddress(IPAddress address, Span<byte> room)
    {
        var isIPv4 = address.AddressFamily == AddressFamily.InterNetwork;
        var length = isIPv4 ? 4 : 16;
        if (room.Length < 12 + length)
            return 0;

        WriteHead(isIPv4 ? RecordType.A : RecordType.Aaaa, length, room);
        address.TryWriteBytes(room[12..], out _);
        return 12 + length;
    }

    private static int WritePointer(string name, Span<byte> room)
    {
        if (room.Length < 12 || DnsName.Write(name, room[12..]) is not (> 0 and var length))
            return 0;

        WriteHead(RecordType.Ptr, length, room);
        return 12 + length;
    }

    /// <summary>Owner (the question's name), type, class, time to live, length.</summary>
    private static void WriteHead(RecordType type, int length, Span<byte> room)
    {
        BinaryPrimitives.WriteUInt16BigEndian(room, PointerToQuestion);
        BinaryPrimitives.WriteUInt16BigEndian(room[2..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(room[4..], Internet);
        BinaryPrimitives.WriteUInt32BigEndian(room[6..], TimeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(room[10..], (ushort)length);
    }

    /// <summary>To a query with EDNS belongs an answer with it: root, OPT, our size, extended code and version 0, no options (RFC 6891 §6.1).</summary>
    private static int WriteOptions(DnsQuery query, Span<byte> room)
    {
        if (query.PayloadSize is null)
            return 0;

        room[..OptionsSize].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(room[1..], (ushort)RecordType.Opt);
        BinaryPrimitives.WriteUInt16BigEndian(room[3..], DnsQuery.LargestSize);
        return OptionsSize;
    }
}
