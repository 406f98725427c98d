using System.Globalization;
using System.Net;
using System.Text.Json.Serialization;

namespace Calico.Model.Addresses;

/// <summary>An address on an interface: the address itself and the length of its subnet's prefix; written <c>192.168.26.100/24</c>.</summary>
/// <remarks>Unlike <see cref="IPNetwork"/> it keeps the host bits. A bare address is read as a host prefix (/32 or /128).</remarks>
[JsonConverter(typeof(InterfaceAddressJson))]
public readonly record struct InterfaceAddress(IPAddress Address, int PrefixLength)
{
    public IPNetwork Subnet => Address.Truncate(PrefixLength);

    /// <exception cref="FormatException">Not an address with an optional prefix length.</exception>
    public static InterfaceAddress Parse(string text) =>
        TryParse(text, out var parsed) ? parsed : throw new FormatException($"'{text}' is not an address such as 192.168.26.100/24");

    public static bool TryParse(string text, out InterfaceAddress parsed)
    {
        parsed = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var address))
            return false;

        var length = address.BitLength;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, null, out length) || length > address.BitLength))
            return false;

        parsed = new(address, length);
        return true;
    }

    public override string ToString() => $"{Address}/{PrefixLength}";
}
