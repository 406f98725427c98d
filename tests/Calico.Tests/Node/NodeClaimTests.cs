using Calico.Model.Addresses;
using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;
using Calico.Node.Registration;
using Calico.Node.Startup;

namespace Calico.Tests.Node;

public sealed class NodeClaimTests
{
    private static readonly HostAddress Ens32 = new("ens32", InterfaceAddress.Parse("192.168.26.100/24")), Ens33 = new("ens33", InterfaceAddress.Parse("10.1.2.3/16"));

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
        var refused = Assert.IsType<NodeClaimOutcome.Refused>(NodeClaim.Decide(Facts() with { Addresses = [], DetectIpv4 = () => Nothing }, []));

        Assert.Contains("--ip", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_address_would_be_a_guess_the_candidates_and_the_remedies_are_named()
    {
        var refused = Assert.IsType<NodeClaimOutcome.Refused>(NodeClaim.Decide(Guessing, []));

        Assert.Contains("seen 192.168.26.100/24 on ens32, 10.1.2.3/16 on ens33", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("--ip=", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("cidr=10.1.0.0/16", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_node_was_known_by_is_no_guess()
    {
        var granted = Assert.IsType<NodeClaimOutcome.Granted>(NodeClaim.Decide(
            Guessing with { Options = new() { NodeName = "vms100", Ipv4 = AddressChoice.Detect } }, [Stored("vms100", "10.1.2.3/16", "id-1")]));

        Assert.Equal(Ens33.Address, granted.Node.Spec.Bgp?.Ipv4Address);
    }

    private static HostFacts Guessing => Facts() with
    {
        Addresses = [Ens32, Ens33],
        DetectIpv4 = () => new AddressDetection([Ens32, Ens33], _ => null).Detect(new DetectionMethod.FirstFound(), System.Net.Sockets.AddressFamily.InterNetwork),
    };

    private static Detection Nothing => new([], Chosen: null, IsGuess: false, "none");

    private static HostFacts Facts(bool allowShared = false) => new(
        new NodeOptions { NodeName = "vms100", AllowSharedAddress = allowShared }, "id-1", [Ens32], () => new([new(Ens32, Fault: null)], Ens32, IsGuess: false, ""), () => Nothing);

    private static Resource<NodeSpec> Stored(string name, string address, string id) => new(
        Kinds.Node,
        new Metadata { Name = name, Annotations = Labels.Empty.With(NodeIdentity.Annotation, id) },
        new NodeSpec { Bgp = new() { Ipv4Address = InterfaceAddress.Parse(address) } });
}
