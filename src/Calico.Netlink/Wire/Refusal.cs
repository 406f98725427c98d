using System.Runtime.InteropServices;

namespace Calico.Netlink.Wire;

/// <summary>The kernel's no to one request of a batch.</summary>
/// <param name="Index">Which message of the batch, from 0.</param>
/// <param name="Explanation">The extended acknowledgement's text, where the kernel gave one.</param>
internal readonly record struct Refusal(int Index, Errno Errno, string? Explanation)
{
    private const ushort MessageText = 1; // NLMSGERR_ATTR_MSG

    public bool IsSuccess => Errno == Errno.None;

    public NetlinkException ToException(string action) => new(action, Errno, Explanation);

    /// <summary>Reads an NLMSG_ERROR (or NLMSG_DONE, which carries an error the same way).</summary>
    /// <remarks>int error; the request's header; the request's body unless capped; attributes when explained.</remarks>
    public static Refusal Decode(NetlinkHeader header, ReadOnlySpan<byte> body, int index)
    {
        if (body.Length < sizeof(int))
            return header.Type == NetlinkHeader.Done ? default : throw NetlinkException.Malformed("an error message without its number");

        var errno = (Errno)(-MemoryMarshal.Read<int>(body));
        return new Refusal(index, errno, header.Flags.HasFlag(NetlinkFlags.Explained) ? Explain(header, body[sizeof(int)..]) : null);
    }

    private static string? Explain(NetlinkHeader header, ReadOnlySpan<byte> rest)
    {
        if (header.Type == NetlinkHeader.Error)
        {
            if (rest.Length < NetlinkHeader.Size)
                throw NetlinkException.Malformed("an error message without the request it answers");

            var request = MemoryMarshal.Read<NetlinkHeader>(rest);
            var echoed = header.Flags.HasFlag(NetlinkFlags.Capped) ? NetlinkHeader.Size : request.Length;
            if (echoed < NetlinkHeader.Size || echoed > rest.Length)
                throw NetlinkException.Malformed("an error message cut short");

            rest = rest[Math.Min(NetlinkHeader.Align((int)echoed), rest.Length)..];
        }

        var attributes = new AttributeReader(rest);
        while (attributes.Next())
        {
            if (attributes.Type == MessageText)
                return attributes.ReadString();
        }

        return null;
    }
}
