using System.Text.Json.Nodes;
using Calico.Model.Validation;

namespace Calico.Tests.Model.Validation;

public sealed class ResourceValidatorTests
{
    [Theory]
    [InlineData("IPPool", """{"cidr":"10.0.0.0/16","ipipMode":"Always"}""", "spec.ipipMode")]
    [InlineData("IPPool", """{"cidr":"10.0.0.0/16","vxlanMode":"CrossSubnet"}""", "spec.vxlanMode")]
    [InlineData("GlobalNetworkPolicy", """{"egress":[{"action":"Allow","destination":{"services":{"name":"a","namespace":"b"}}}]}""", "spec.egress[0].destination.services")]
    [InlineData("GlobalNetworkPolicy", """{"ingress":[{"action":"Allow","http":{"methods":["GET"]}}]}""", "spec.ingress[0].http")]
    [InlineData("FelixConfiguration", """{"bpfEnabled":true}""", "spec.bpfEnabled")]
    public void What_this_version_would_not_act_on_is_refused(string kind, string spec, string path) =>
        Assert.Contains(Check(kind, spec), error => error.Path == path && error.IsUnsupported);

    [Theory]
    [InlineData("IPPool", """{}""", "spec.cidr")]
    [InlineData("IPPool", """{"cidr":"10.0.0.1/16"}""", "spec.cidr")]
    [InlineData("IPPool", """{"cidr":"169.254.0.0/20"}""", "spec.cidr")]
    [InlineData("IPPool", """{"cidr":"10.0.0.0/16","blockSize":19}""", "spec.blockSize")]
    [InlineData("IPPool", """{"cidr":"fd00::/48","blockSize":64}""", "spec.blockSize")]
    [InlineData("IPPool", """{"cidr":"10.0.0.0/16","natOutgoing":"yes"}""", "spec.natOutgoing")]
    [InlineData("IPPool", """{"cidr":"10.0.0.0/16","nodeselector":"a =="}""", "spec.nodeSelector")]
    [InlineData("Node", """{"bgp":{}}""", "spec.bgp")]
    [InlineData("Node", """{"addresses":[{"type":"InternalIP"}]}""", "spec.addresses[0].address")]
    [InlineData("BGPPeer", """{"asNumber":64512,"peerIP":"192.168.26.1:0"}""", "spec.peerIP")]
    [InlineData("BGPPeer", """{"peerIP":"192.168.26.1","asNumber":"x"}""", "spec.asNumber")]
    [InlineData("GlobalNetworkPolicy", """{"ingress":[{"source":{}}]}""", "spec.ingress[0].action")]
    [InlineData("GlobalNetworkPolicy", """{"ingress":[{"action":"allow"}]}""", "spec.ingress[0].action")]
    [InlineData("GlobalNetworkPolicy", """{"ingress":[{"action":"Allow","protocol":"ICMP","icmp":{"type":300}}]}""", "spec.ingress[0].icmp.type")]
    [InlineData("GlobalNetworkPolicy", """{"ingress":[{"action":"Allow","ports":[80]}]}""", "spec.ingress[0].ports")]
    [InlineData("GlobalNetworkPolicy", """{"ingress":{"action":"Allow"}}""", "spec.ingress")]
    [InlineData("GlobalNetworkPolicy", """{"serviceAccountSelector":"a =="}""", "spec.serviceAccountSelector")]
    [InlineData("GlobalNetworkPolicy", """{"ingress":[{"action":"Allow","source":{"serviceAccounts":{"names":["a b"]}}}]}""", "spec.ingress[0].source.serviceAccounts.names[0]")]
    [InlineData("GlobalNetworkPolicy", """{"ingress":[{"action":"Allow","source":{"serviceAccounts":{"selector":"a =="}}}]}""", "spec.ingress[0].source.serviceAccounts.selector")]
    [InlineData("GlobalNetworkSet", """{"nets":["10.0.0.0/8",null]}""", "spec.nets[1]")]
    [InlineData("Profile", """{"labelsToApply":{"a":1}}""", "spec.labelsToApply.a")]
    [InlineData("HostEndpoint", """{"node":"a"}""", "spec.interfaceName")]
    [InlineData("HostEndpoint", """{"node":"a","interfaceName":"eth0/1"}""", "spec.interfaceName")]
    [InlineData("HostEndpoint", """{"interfaceName":"*"}""", "spec.node")]
    [InlineData("HostEndpoint", """{"node":"a","interfaceName":"*","ports":[{"name":"HTTP","protocol":"TCP","port":80}]}""", "spec.ports[0].name")]
    [InlineData("StagedGlobalNetworkPolicy", """{"stagedAction":"Delete","order":5}""", "spec.stagedAction")]
    [InlineData("StagedGlobalNetworkPolicy", """{"stagedAction":"Maybe"}""", "spec.stagedAction")]
    [InlineData("GlobalNetworkPolicy", """{"stagedAction":"Set"}""", "spec.stagedAction")]
    [InlineData("GlobalNetworkPolicy", """{"doNotTrack":true}""", "spec.applyOnForward")]
    [InlineData("GlobalNetworkPolicy", """{"applyOnForward":true,"doNotTrack":true,"preDNAT":true}""", "spec.preDNAT")]
    [InlineData("FelixConfiguration", """{"failsafeInboundHostPorts":[{"port":22,"protocol":"gre"}]}""", "spec.failsafeInboundHostPorts[0].protocol")]
    [InlineData("FelixConfiguration", """{"nodeSelector":"all("}""", "spec.nodeSelector")]
    public void An_error_names_the_field(string kind, string spec, string path)
    {
        var error = Assert.Single(Check(kind, spec));

        Assert.Equal(path, error.Path);
        Assert.False(error.IsUnsupported);
    }

    [Fact]
    public void All_errors_are_found_at_once()
    {
        var errors = Check("GlobalNetworkPolicy", """{"order":"first","selecter":"all()","ingress":[{"action":"Maybe"}]}""");

        Assert.Equal(["spec.selecter", "spec.order", "spec.ingress[0].action"], errors.Select(error => error.Path));
        Assert.StartsWith("error with the following fields:\n-  spec.selecter (field in document is not recognized", errors.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_error_reads_as_in_Calico()
    {
        var errors = Check("IPPool", """{"cidr":"10.0.0.0/30"}""");

        Assert.StartsWith("error with field spec.cidr = '10.0.0.0/30' (Reason: ", errors.Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"LiveMigration","apiVersion":"projectcalico.org/v3"}""", "not supported by this version")]
    [InlineData("""{"kind":"ippool","apiVersion":"projectcalico.org/v3"}""", "did you mean IPPool?")]
    [InlineData("""{"kind":"IPPool","apiVersion":"v1"}""", "apiVersion must be projectcalico.org/v3")]
    [InlineData("""{"kind":"Whatever","apiVersion":"projectcalico.org/v3"}""", "the kinds are Node, IPPool")]
    [InlineData("""{}""", "unknown resource type () and/or version ()")]
    [InlineData("[]", "expected a resource")]
    public void An_unknown_kind_is_answered_with_advice(string document, string advice) =>
        Assert.Contains(advice, Assert.Single(ResourceReader.Read(JsonNode.Parse(document)).Errors).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"kind":"IPPool","apiVersion":"projectcalico.org/v3","metadata":{"name":"a"},"spec":{"cidr":"10.0.0.0/16","allowedUses":["Workload","Tunnel"],"assignmentMode":"Automatic"}}""")]
    [InlineData("""{"kind":"Tier","apiVersion":"projectcalico.org/v3","metadata":{"name":"a","uid":"x","creationTimestamp":null,"generation":3},"spec":{"Order":100},"status":{}}""")]
    [InlineData("""{"kind":"Node","apiVersion":"projectcalico.org/v3","metadata":{"name":"a"},"spec":null}""")]
    public void What_a_server_adds_and_what_is_so_anyway_is_left_aside(string document) =>
        Assert.Empty(ResourceReader.Read(JsonNode.Parse(document)).Errors);

    private static IReadOnlyList<FieldError> Check(string kind, string spec)
    {
        var document = JsonNode.Parse($$"""{"apiVersion":"projectcalico.org/v3","kind":"{{kind}}","metadata":{"name":"test"},"spec":{{spec}}}""");
        var read = ResourceReader.Read(document);
        return read.Resource is null ? read.Errors : ResourceValidator.Validate(read.Resource);
    }
}
