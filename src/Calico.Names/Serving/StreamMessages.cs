using System.Buffers.Binary;

namespace Calico.Names.Serving;

/// <summary>Messages over TCP, each behind two bytes with its length (RFC 1035 §4.2.2).</summary>
internal static class StreamMessages
{
    /// <returns>Null at the end, also in the middle of a message.</returns>
    public static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var head = new byte[2];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation) < head.Length)
            return null;

        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
        return await stream.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false, cancellation) == message.Length ? message : null;
    }

    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        var whole = new byte[2 + message.Length];
        BinaryPrimitives.WriteUInt16BigEndian(whole, (ushort)message.Length);
        message.CopyTo(whole.AsMemory(2));
        await stream.WriteAsync(whole, cancellation);
    }
}
