using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Node.Registration;
using Calico.Node.Startup;

namespace Calico.Tests.Node;

public sealed class NodeClaimTests
{
    private static readonly HostAddress Ens32 = new("ens32", InterfaceAddress.Parse("192.168.26.100/24"));

    [Fact]
    public void A_host_that_is_new_to_the_store_writes_its_address_and_interfaces()
    {
        var granted = Assert.IsType<NodeClaimOutcome.Granted>(NodeClaim.Decide(Facts(), []));

        Assert.Equal("vms100", granted.Node.Name);
        Assert.Equal(Ens32.Address, granted.Node.Spec.Bgp?.Ipv4Address);
        Assert.Equal([new NodeInterface("ens32", [Ens32.Address])], granted.Node.Spec.Interfaces);
    }

    [Fact]
    public void What_others_wrote_on_the_node_is_kept()
    {
        var stored = Stored("vms100", "192.168.26.100/24", "id-1") with { Spec = new() { Bgp = new() { AsNumber = new(65001) } } };

        var granted = Assert.IsType<NodeClaimOutcome.Granted>(NodeClaim.Decide(Facts(), [stored]));

        Assert.Equal(new AsNumber(65001), granted.Node.Spec.Bgp?.AsNumber);
    }

    [Fact]
    public void A_second_host_with_the_same_name_is_refused_and_both_addresses_are_named()
    {
        var refused = Assert.IsType<NodeClaimOutcome.Refused>(NodeClaim.Decide(Facts(), [Stored("vms100", "192.168.26.101/24", "id-2")]));

        Assert.Contains("192.168.26.101", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("192.168.26.100", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("NODENAME", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_that_was_installed_anew_goes_on_under_its_name_and_address() =>
        Assert.IsType<NodeClaimOutcome.Granted>(NodeClaim.Decide(Facts(), [Stored("vms100", "192.168.26.100/24", "id-2")]));

    [Fact]
    public void A_host_that_was_given_another_address_goes_on_under_its_name() =>
        Assert.IsType<NodeClaimOutcome.Granted>(NodeClaim.Decide(Facts(), [Stored("vms100", "192.168.26.7/24", "id-1")]));

    [Fact]
    public void An_address_that_another_node_has_is_refused_unless_the_check_is_off()
    {
        var twin = Stored("vms101", "192.168.26.100/24", "id-2");

        var refused = Assert.IsType<NodeClaimOutcome.Refused>(NodeClaim.Decide(Facts(), [twin]));

        Assert.Contains("vms101", refused.Reason, StringComparison.Ordinal);
        Assert.IsType<NodeClaimOutcome.Granted>(NodeClaim.Decide(Facts(allowShared: true), [twin]));
    }

    [Fact]
    public void A_host_without_an_address_is_told_what_to_set()
    {
        var refused = Assert.IsType<NodeClaimOutcome.Refused>(NodeClaim.Decide(Facts() with { Addresses = [], DetectIpv4 = () => null }, []));

        Assert.Contains("--ip", refused.Reason, StringComparison.Ordinal);
    }

    private static HostFacts Facts(bool allowShared = false) => new(
        new NodeOptions { NodeName = "vms100", AllowSharedAddress = allowShared }, "id-1", [Ens32], () => Ens32, () => null);

    private static Resource<NodeSpec> Stored(string name, string address, string id) => new(
        Kinds.Node,
        new Metadata { Name = name, Annotations = Labels.Empty.With(NodeIdentity.Annotation, id) },
        new NodeSpec { Bgp = new() { Ipv4Address = InterfaceAddress.Parse(address) } });
}
