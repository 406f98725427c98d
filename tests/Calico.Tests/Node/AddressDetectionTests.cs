using System.Net;
using System.Net.Sockets;
using Calico.Model.Addresses;
using Calico.Node.Registration;
using Calico.Node.Startup;

namespace Calico.Tests.Node;

public sealed class AddressDetectionTests
{
    private static readonly HostAddress[] Host =
    [
        new("lo", InterfaceAddress.Parse("127.0.0.1/8")),
        new("ens32", InterfaceAddress.Parse("192.168.26.100/24")),
        new("ens33", InterfaceAddress.Parse("10.1.2.3/16")),
        new("docker0", InterfaceAddress.Parse("172.17.0.1/16")),
        new("ens33", InterfaceAddress.Parse("fe80::1/64")),
        new("ens33", InterfaceAddress.Parse("2001:db8::3/64")),
    ];

    [Theory]
    [InlineData(null, "10.1.2.3")]
    [InlineData("first-found", "10.1.2.3")]
    [InlineData("interface=ens32", "192.168.26.100")]
    [InlineData("interface=eth.*,docker0", "172.17.0.1")]
    [InlineData("skip-interface=ens33", "192.168.26.100")]
    [InlineData("cidr=192.168.0.0/16", "192.168.26.100")]
    [InlineData("can-reach=192.168.26.2", "192.168.26.100")]
    [InlineData("interface=wlan.*", null)]
    public void A_method_picks_the_address_that_Calico_would(string? method, string? expected) =>
        Assert.Equal(expected, Pick(method, AddressFamily.InterNetwork));

    [Fact]
    public void Link_local_addresses_are_no_host_addresses() =>
        Assert.Equal("2001:db8::3", Pick(method: null, AddressFamily.InterNetworkV6));

    [Theory]
    [InlineData("interfaces=ens32")]
    [InlineData("can-reach=nowhere")]
    [InlineData("interface=(")]
    [InlineData("cidr=10.0.0.1/8")]
    public void A_method_that_is_none_is_refused_with_the_name_of_the_variable(string method)
    {
        var error = Assert.Throws<FormatException>(() => DetectionMethod.Parse(method, "IP_AUTODETECTION_METHOD"));

        Assert.Contains("IP_AUTODETECTION_METHOD", error.Message, StringComparison.Ordinal);
    }

    private static string? Pick(string? method, AddressFamily family) =>
        AddressDetection.Pick(DetectionMethod.Parse(method, "IP_AUTODETECTION_METHOD"), Host, family, _ => IPAddress.Parse("192.168.26.100"))
            ?.Address.Address.ToString();
}
