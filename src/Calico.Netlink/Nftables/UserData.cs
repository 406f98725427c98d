using System.Text;
using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables;

/// <summary>The bytes that the kernel keeps with an object for whoever made it, in libnftnl's form: type, length, value, one after another.</summary>
internal ref struct UserData
{
    /// <summary>Of tables, chains, rules and elements (NFTNL_UDATA_*_COMMENT).</summary>
    public const byte Comment = 0;

    /// <summary>Of sets (NFTNL_UDATA_SET_*).</summary>
    public const byte KeyByteOrder = 0, ValueByteOrder = 1, SetComment = 7;

    private const int Most = 256; // NFT_USERDATA_MAXLEN

    private readonly Span<byte> _buffer;
    private int _length;

    public UserData(Span<byte> buffer) => _buffer = buffer;

    public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    /// <summary>Puts a comment, where there is one, as an object's only user data.</summary>
    public static void PutComment(NetlinkWriter message, ushort attribute, string? comment)
    {
        if (comment is null)
            return;

        var userData = new UserData(stackalloc byte[Most]);
        userData.Add(Comment, comment);
        message.Put(attribute, userData.Written);
    }

    public static string? ReadComment(ReadOnlySpan<byte> userData, byte type = Comment)
    {
        while (userData.Length >= 2 && userData.Length >= 2 + userData[1])
        {
            var value = userData.Slice(2, userData[1]);
            if (userData[0] == type)
                return Encoding.UTF8.GetString(value.TrimEnd((byte)0));

            userData = userData[(2 + userData[1])..];
        }

        return null;
    }

    /// <summary>Text with its closing NUL.</summary>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public void Add(byte type, string text)
    {
        var size = Encoding.UTF8.GetByteCount(text) + 1;
        if (size > byte.MaxValue || _length + 2 + size > _buffer.Length)
            throw new ArgumentException($"the comment \"{text}\" is {size - 1} bytes long; the kernel keeps {Math.Min(253, _buffer.Length - _length - 3)}", nameof(text));

        var room = Room(type, size);
        Encoding.UTF8.GetBytes(text, room);
        room[^1] = 0;
    }

    public void Add(byte type, uint value) => System.Runtime.InteropServices.MemoryMarshal.Write(Room(type, sizeof(uint)), in value);

    private Span<byte> Room(byte type, int size)
    {
        _buffer[_length] = type;
        _buffer[_length + 1] = (byte)size;
        var room = _buffer.Slice(_length + 2, size);
        _length += 2 + size;
        return room;
    }
}
