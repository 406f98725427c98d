using System.Runtime.InteropServices;

namespace Calico.Netlink.Wire;

/// <summary>Requests one after another, as they go to the kernel in one sendmsg. Grows as needed, is reused after <see cref="Clear"/>.</summary>
internal sealed class RequestBuffer(int capacity = 4096)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    /// <summary>How many messages it holds.</summary>
    public int Count { get; private set; }

    public Span<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => (Length, Count) = (0, 0);

    /// <summary>Starts a message; the writer's <see cref="NetlinkWriter.End"/> closes it.</summary>
    public NetlinkWriter Begin(ushort type, NetlinkFlags flags)
    {
        var start = Length;
        var header = new NetlinkHeader(NetlinkHeader.Size, type, flags | NetlinkFlags.Request, Sequence: 0, PortId: 0);
        MemoryMarshal.Write(Append(NetlinkHeader.Size), in header);
        Count++;
        return new NetlinkWriter(this, start);
    }

    /// <summary>Takes finished messages over from another buffer.</summary>
    public void Add(ReadOnlySpan<byte> messages, int count)
    {
        messages.CopyTo(Append(messages.Length));
        Count += count;
    }

    /// <summary>Room for a part, zeroed up to the next boundary. The span dies with the next call.</summary>
    internal Span<byte> Append(int length)
    {
        var aligned = NetlinkHeader.Align(length);
        if (_bytes.Length - Length < aligned)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + aligned));

        var room = _bytes.AsSpan(Length, aligned);
        room.Clear();
        Length += aligned;
        return room[..length];
    }
}
