using System.Globalization;
using System.Net;

namespace Calico.Names;

/// <summary>Addresses as names (RFC 1035 §3.5, RFC 3596 §2.5): <c>4.3.2.1.in-addr.arpa</c>, 32 digits before <c>ip6.arpa</c>.</summary>
internal static class ReverseName
{
    private const string IPv4 = ".in-addr.arpa", IPv6 = ".ip6.arpa";

    /// <returns>Null: it is no whole address.</returns>
    public static IPAddress? Parse(string name)
    {
        if (name.EndsWith(IPv4, StringComparison.Ordinal))
            return Read(name[..^IPv4.Length].Split('.'), count: 4, NumberStyles.None, digitsAtMost: 3) is { } octets ? new IPAddress(octets) : null;
        if (!name.EndsWith(IPv6, StringComparison.Ordinal) || Read(name[..^IPv6.Length].Split('.'), count: 32, NumberStyles.AllowHexSpecifier, digitsAtMost: 1) is not { } digits)
            return null;

        return new IPAddress([.. digits.Chunk(2).Select(pair => (byte)((pair[0] << 4) | pair[1]))]);
    }

    private static byte[]? Read(string[] labels, int count, NumberStyles style, int digitsAtMost)
    {
        if (labels.Length != count)
            return null;

        var numbers = new byte[count];
        for (var i = 0; i < count; i++)
        {
            if (labels[i].Length > digitsAtMost || !byte.TryParse(labels[i], style, CultureInfo.InvariantCulture, out numbers[count - 1 - i]))
                return null;
        }

        return numbers;
    }
}
