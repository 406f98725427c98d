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
    [InlineData(null, "192.168.26.100")]
    [InlineData("first-found", "192.168.26.100")]
    [InlineData("interface=ens32", "192.168.26.100")]
    [InlineData("interface=eth.*,docker0", "172.17.0.1")]
    [InlineData("interface=ens33,ens32", "10.1.2.3")]
    [InlineData("skip-interface=ens32", "10.1.2.3")]
    [InlineData("cidr=10.0.0.0/8", "10.1.2.3")]
    [InlineData("can-reach=10.1.9.9", "10.1.2.3")]
    [InlineData("interface=wlan.*", null)]
    public void A_method_narrows_the_candidates_and_the_default_gateway_tells_between_what_is_left(string? method, string? expected) =>
        Assert.Equal(expected, Detect(method).Chosen?.Address.Address.ToString());

    [Theory]
    [InlineData(null, true)]
    [InlineData("interface=ens.*", true)]
    [InlineData("cidr=192.168.0.0/16", false)]
    [InlineData("skip-interface=ens33", false)]
    public void Where_no_gateway_tells_several_interfaces_are_a_guess_and_one_is_not(string? method, bool isGuess)
    {
        var found = Detect(method, gateway: null);

        Assert.Equal(isGuess, found.IsGuess);
        Assert.Equal(isGuess ? null : "192.168.26.100", found.Chosen?.Address.Address.ToString());
    }

    [Fact]
    public void Every_candidate_is_shown_with_the_reason_why_it_is_passed_over() => Assert.Equal(
        "192.168.26.100/24 on ens32 (the one towards the default gateway; seen 127.0.0.1/8 on lo [not for other hosts], 192.168.26.100/24 on ens32, "
            + "10.1.2.3/16 on ens33, 172.17.0.1/16 on docker0 [a container engine's or a tunnel's])",
        $"{Detect(method: null)}");

    [Fact]
    public void Of_one_interface_the_first_address_is_no_guess()
    {
        HostAddress[] host = [new("ens32", InterfaceAddress.Parse("10.0.0.1/24")), new("ens32", InterfaceAddress.Parse("10.0.1.1/24"))];

        Assert.Equal("10.0.0.1", new AddressDetection(host, _ => null).Detect(new DetectionMethod.FirstFound(), AddressFamily.InterNetwork).Chosen?.Address.Address.ToString());
    }

    [Fact]
    public void Link_local_addresses_are_no_host_addresses() =>
        Assert.Equal("2001:db8::3", Detect(method: null, family: AddressFamily.InterNetworkV6).Chosen?.Address.Address.ToString());

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

    private static Detection Detect(string? method, string? gateway = "192.168.26.100", AddressFamily family = AddressFamily.InterNetwork) => new AddressDetection(
        Host, destination => $"{destination}" == "10.1.9.9" ? IPAddress.Parse("10.1.2.3") : gateway is null ? null : IPAddress.Parse(gateway))
        .Detect(DetectionMethod.Parse(method, "IP_AUTODETECTION_METHOD"), family);
}
