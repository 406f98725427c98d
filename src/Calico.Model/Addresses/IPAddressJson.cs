using System.Net;
using System.Net.NetworkInformation;

namespace Calico.Model.Addresses;

/// <summary>An address as text.</summary>
public sealed class IPAddressJson : TextJson<IPAddress>
{
    protected override string Expected => "an IP address";

    protected override bool TryParse(string text, out IPAddress? value) => IPAddress.TryParse(text, out value);
}

internal sealed class IPNetworkJson : TextJson<IPNetwork>
{
    protected override string Expected => "a prefix such as 10.0.0.0/8 with no host bits set";

    protected override bool TryParse(string text, out IPNetwork value) => AddressArithmetic.TryParseNetwork(text, out value);
}

internal sealed class InterfaceAddressJson : TextJson<InterfaceAddress>
{
    protected override string Expected => "an address such as 192.168.26.100/24";

    protected override bool TryParse(string text, out InterfaceAddress value) => InterfaceAddress.TryParse(text, out value);
}

public sealed class MacJson : TextJson<PhysicalAddress>
{
    protected override string Expected => "a MAC address such as ee:ee:ee:ee:ee:ee";

    protected override bool TryParse(string text, out PhysicalAddress? value) => PhysicalAddress.TryParse(text, out value);

    protected override string Format(PhysicalAddress value) =>
        string.Join(':', value.GetAddressBytes().Select(octet => octet.ToString("x2", null)));
}
