using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Calico.Datastore.Etcd;

/// <summary>gRPC's framing of messages in a body: a flag (0: not compressed), the length in four bytes, the message.</summary>
internal static class GrpcFrame
{
    private const int HeaderLength = 5;
    private const int MaxLength = 512 * 1024 * 1024;

    public static byte[] Write(IMessage message)
    {
        var frame = new byte[HeaderLength + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - HeaderLength);
        message.WriteTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <returns>False at the end of the body.</returns>
    /// <exception cref="InvalidDataException">Not such a frame.</exception>
    public static async Task<bool> TryReadAsync(Stream body, IMessage message, CancellationToken cancellation)
    {
        var header = new byte[HeaderLength];
        var read = await body.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellation);
        if (read == 0)
            return false;

        var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1));
        if (read < HeaderLength || header[0] != 0 || length is < 0 or > MaxLength)
            throw new InvalidDataException("the answer is not gRPC: is this etcd's client port?");

        var payload = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await body.ReadExactlyAsync(payload.AsMemory(0, length), cancellation);
            message.MergeFrom(payload.AsSpan(0, length));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(payload);
        }
    }
}
