using Calico.Ctl.Input;
using Calico.Model.Resources.Specs;

namespace Calico.Tests.Ctl;

public sealed class ManifestTests
{
    private const string Policy = """
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata:
          name: deny-web
        spec:
          selector: role == 'web'
          ingress:
          - action: Deny
            protocol: TCP
            source:
              selector: role ==
              ports: [80, "8000:8999"]
        """;

    [Fact]
    public void An_error_says_file_line_and_field()
    {
        var error = Assert.Single(Read(Policy.Replace("ports:", "port:", StringComparison.Ordinal)).Errors);

        Assert.StartsWith("file.yaml:12: spec.ingress[0].source.port: field in document is not recognized", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_in_a_list_says_the_line_too()
    {
        var error = Assert.Single(Read("""
            apiVersion: projectcalico.org/v3
            kind: IPPoolList
            items:
            - metadata: {name: one}
              spec: {cidr: 10.0.0.0/16}
            - metadata: {name: two}
              spec:
                cidr: 10.0.0.0/33
            """).Errors);

        Assert.StartsWith("file.yaml:8: spec.cidr: '10.0.0.0/33' is not a prefix", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kind: [a", "file.yaml:2:1: malformed YAML: ")]
    [InlineData("a: b\n c: d", "file.yaml:2:")]
    [InlineData("a: 1\na: 2", "file.yaml:2:")]
    [InlineData("a: &x [*x]", "file.yaml:1:")]
    [InlineData("{\"kind\": \"Node\",", "file.yaml:2:1: malformed YAML: ")]
    public void Malformed_text_is_an_error_with_line_and_column(string text, string start) =>
        Assert.Contains(Read(text).Errors, error => error.StartsWith(start, StringComparison.Ordinal));

    [Fact]
    public void An_alias_bomb_is_refused_quickly()
    {
        var levels = Enumerable.Range(1, 30).Select(level => $"a{level}: &a{level} [{string.Join(',', Enumerable.Repeat($"*a{level - 1}", 10))}]");

        var error = Assert.Single(Read(string.Join('\n', levels.Prepend("a0: &a0 x"))).Errors);

        Assert.Contains("unfolds to too much", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Documents_lists_and_arrays_are_read_in_order()
    {
        var manifest = Read("""
            ---
            apiVersion: projectcalico.org/v3
            kind: Node
            metadata: {name: a}
            ---
            # nothing here
            ---
            - {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: b}}
            - apiVersion: projectcalico.org/v3
              kind: NodeList
              items:
              - {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: c}}
            """);

        Assert.Empty(manifest.Errors);
        Assert.Equal(["a", "b", "c"], manifest.Resources.Select(found => found.Resource.Metadata.Name));
    }

    [Fact]
    public void Json_is_read_as_well()
    {
        var manifest = Read("{\n\t\"apiVersion\": \"projectcalico.org/v3\",\n\t\"kind\": \"IPPool\",\n\t\"metadata\": {\"name\": \"p\"},\n\t\"spec\": {\"cidr\": \"fd00::/48\"}\n}\n");

        Assert.Empty(manifest.Errors);
        Assert.Equal("fd00::/48", ((IPPoolSpec)Assert.Single(manifest.Resources).Resource.Spec).Cidr.ToString());
    }

    [Fact]
    public void Plain_scalars_that_are_no_numbers_stay_text()
    {
        var manifest = Read("""
            apiVersion: projectcalico.org/v3
            kind: BGPPeer
            metadata: {name: rack1, labels: {zone: 007, up: yes}}
            spec: {peerIP: 192.168.26.1, asNumber: 64513, node: "100"}
            """);

        Assert.Empty(manifest.Errors);
        var peer = Assert.Single(manifest.Resources).Resource;
        Assert.Equal("up=yes,zone=007", peer.Metadata.Labels?.ToString());
        Assert.Equal("100", ((BgpPeerSpec)peer.Spec).Node);
    }

    private static Manifest Read(string text) => Manifest.Read("file.yaml", new StringReader(text));
}
