using System.Buffers;
using System.Buffers.Binary;
using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>Writes UPDATEs of many routes, as full as they may be, one after the other into buffers of many messages: a system call each.</summary>
/// <param name="send">Takes over a buffer rented from the shared pool.</param>
/// <param name="longest">No message is longer.</param>
/// <param name="addPath">The families whose prefixes have a path identifier before them (RFC 7911 §3).</param>
internal ref struct UpdateWriter(Action<ArraySegment<byte>> send, int longest, FamilySet addPath)
{
    private const int Header = BgpMessage.HeaderLength;

    private byte[]? _buffer;
    private int _start; // of the message
    private int _at;
    private int _end; // of what the message may take
    private int _withdrawn; // where the length of the withdrawn routes stands
    private int _attributes; // and that of the path attributes
    private int _reach; // and that of the MP attribute; 0 if there is none
    private byte[]? _tail; // the attributes that follow the MP attribute

    /// <summary>Begins a message that announces.</summary>
    public void BeginAnnouncement(Exported told)
    {
        Begin();
        Write16(0); // no withdrawn routes
        _attributes = Skip16();
        if (told.Reach is null)
        {
            Write(told.Attributes);
            End16(_attributes);
            return;
        }

        BeginMultiprotocol(AttributeType.MpReach, told.Reach);
        _tail = told.Attributes;
        _end -= told.Attributes?.Length ?? 0;
    }

    /// <summary>Begins a message that withdraws.</summary>
    public void BeginWithdrawal(Family family)
    {
        Begin();
        _withdrawn = Skip16();
        if (family == Family.IPv4Unicast)
        {
            _end -= 2; // the length of the path attributes
            return;
        }

        End16(_withdrawn);
        _withdrawn = 0;
        _attributes = Skip16();
        Span<byte> head = stackalloc byte[3];
        BinaryPrimitives.WriteUInt16BigEndian(head, family.Afi);
        head[2] = family.Safi;
        BeginMultiprotocol(AttributeType.MpUnreach, head);
    }

    /// <returns>False if there is no room: end the message and begin another.</returns>
    public bool TryAdd(in Prefix prefix, uint pathId)
    {
        var withId = addPath.Has(prefix.IsIPv6);
        if (_at + 1 + prefix.OctetCount + (withId ? 4 : 0) > _end)
            return false;

        if (withId)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(_at), pathId);
            _at += 4;
        }

        _buffer.AsSpan()[_at++] = (byte)prefix.Length;
        Span<byte> octets = stackalloc byte[16];
        prefix.Write(octets);
        Write(octets[..prefix.OctetCount]);
        return true;
    }

    public void EndMessage()
    {
        if (_withdrawn != 0)
        {
            End16(_withdrawn);
            Write16(0); // no path attributes
        }

        if (_reach != 0)
        {
            End16(_reach);
            Write(_tail);
            End16(_attributes);
        }

        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(_start + 16), (ushort)(_at - _start));
        (_withdrawn, _reach, _tail) = (0, 0, null);
    }

    /// <summary>Sends what is written.</summary>
    public void Flush()
    {
        if (_buffer is not null)
            send(new ArraySegment<byte>(_buffer, 0, _at));
        (_buffer, _at) = (null, 0);
    }

    private void Begin()
    {
        if (_buffer is not null && _buffer.Length - _at < longest)
            Flush();
        _buffer ??= ArrayPool<byte>.Shared.Rent(16 * longest);
        (_start, _end) = (_at, _at + longest);
        _buffer.AsSpan(_at, 16).Fill(0xff);
        _at += Header;
        _buffer[_at - 1] = (byte)MessageType.Update;
    }

    private void BeginMultiprotocol(AttributeType type, scoped ReadOnlySpan<byte> head)
    {
        Write([(byte)(AttributeFlags.Optional | AttributeFlags.ExtendedLength), (byte)type]);
        _reach = Skip16();
        Write(head);
    }

    private void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_at));
        _at += bytes.Length;
    }

    private void Write16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(_at), value);
        _at += 2;
    }

    private int Skip16()
    {
        _at += 2;
        return _at - 2;
    }

    private readonly void End16(int at) => BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(at), (ushort)(_at - at - 2));
}
