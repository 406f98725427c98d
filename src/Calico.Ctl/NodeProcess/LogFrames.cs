using System.Buffers.Binary;
using System.Text;

namespace Calico.Ctl.NodeProcess;

/// <summary>A container's output as Docker's API gives it: frames of eight octets (stream, three of nothing, length) and the text.</summary>
internal static class LogFrames
{
    private const int HeaderLength = 8;

    /// <summary>The text of all frames, as far as they are whole.</summary>
    public static string Text(ReadOnlySpan<byte> frames)
    {
        var text = new StringBuilder();
        while (frames.Length > HeaderLength)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(frames[4..]);
            frames = frames[HeaderLength..];
            var here = (int)Math.Min(length, (uint)frames.Length);
            text.Append(Encoding.UTF8.GetString(frames[..here]));
            frames = frames[here..];
        }

        return text.ToString();
    }
}
