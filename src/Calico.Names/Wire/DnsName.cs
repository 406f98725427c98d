using System.Text;

namespace Calico.Names.Wire;

/// <summary>Names on the wire: labels of at most 63 bytes, each behind its length, at most 255 bytes with the final zero (RFC 1035 §3.1).</summary>
/// <remarks>As text they are in lower case, for names are alike whatever their case (RFC 4343), and a byte that is no letter, digit, '-' or '_' is a <c>\</c> and three digits.</remarks>
internal static class DnsName
{
    private const int LongestLabel = 63, LongestName = 255;

    /// <summary>Reads a name that is not compressed; a question has nothing that it could point back to.</summary>
    /// <param name="bytes">From the name's first byte on.</param>
    /// <param name="length">How many of them it takes.</param>
    /// <returns>Null: it lies about a length, points elsewhere, or is too long.</returns>
    public static string? Read(ReadOnlySpan<byte> bytes, out int length)
    {
        var text = new StringBuilder();
        length = 0;
        while (length < bytes.Length && length < LongestName)
        {
            var label = bytes[length];
            if (label == 0)
            {
                length++;
                return text.ToString();
            }

            if (label > LongestLabel || length + 1 + label >= bytes.Length)
                return null;

            if (text.Length > 0)
                text.Append('.');
            foreach (var octet in bytes.Slice(length + 1, label))
                Append(text, octet);
            length += 1 + label;
        }

        return null;
    }

    /// <summary>Writes a name of plain labels.</summary>
    /// <returns>How many bytes; 0 if it is no name, or there is no room.</returns>
    public static int Write(string name, Span<byte> room)
    {
        var at = 0;
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > LongestLabel || !Ascii.IsValid(label) || at + label.Length + 2 > Math.Min(room.Length, LongestName))
                return 0;

            room[at] = (byte)label.Length;
            at += 1 + Encoding.ASCII.GetBytes(label, room[(at + 1)..]);
        }

        room[at] = 0;
        return at + 1;
    }

    private static void Append(StringBuilder text, byte octet)
    {
        var letter = (char)octet;
        if (char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
            text.Append(char.ToLowerInvariant(letter));
        else
            text.Append('\\').Append($"{octet:d3}");
    }
}
