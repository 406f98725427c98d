using System.Net;
using Calico.Ctl.Input.V1;
using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

/// <summary><c>calicoctl datastore import --from-v1</c>.</summary>
public abstract class V1ImportTests(StorePlace place) : EachStore(place)
{
    private const string Export = """
        - apiVersion: v1
          kind: ipPool
          metadata:
            cidr: 192.168.0.0/16
          spec:
            ipip: {enabled: true, mode: cross-subnet}
            nat-outgoing: true
        - apiVersion: v1
          kind: node
          metadata: {name: Node_1.Example}
          spec:
            bgp: {asNumber: 64512, ipv4Address: 192.168.26.100/24, ipv6Address: "fd00::1"}
        - apiVersion: v1
          kind: bgpPeer
          metadata: {scope: node, node: Node_1.Example, peerIP: "fd80:24e2::a"}
          spec: {asNumber: 64513}
        - apiVersion: v1
          kind: bgpPeer
          metadata: {scope: global, peerIP: 192.168.26.2}
          spec: {asNumber: 64513}
        - apiVersion: v1
          kind: profile
          metadata: {name: calnet1, tags: [calnet1], labels: {team: a}}
          spec:
            ingress: [{action: allow, source: {tag: calnet1}}]
            egress: [{action: allow}]
        - apiVersion: v1
          kind: policy
          metadata: {name: allow.web, annotations: {by: me}}
          spec:
            order: 100
            selector: calico/k8s_ns == 'x'
            ingress:
            - action: allow
              protocol: tcp
              source: {net: 10.1.2.3/8, selector: "a == 'b' || c == 'd'", tag: t, "!net": 10.9.0.0/16}
              destination: {ports: [80, "8080:8090"]}
              color: red
            - action: pass
        - apiVersion: v1
          kind: policy
          metadata: {name: early}
          spec: {preDNAT: true, selector: "has(host)", ingress: [{action: deny}]}
        - apiVersion: v1
          kind: hostEndpoint
          metadata: {name: eth0, node: Node_1.Example, labels: {host: "yes"}}
          spec: {interfaceName: eth0, profiles: [k8s_ns.prod]}
        - apiVersion: v1
          kind: workloadEndpoint
          metadata: {name: abc, workload: libnetwork, orchestrator: libnetwork, node: Node_1.Example, labels: {app: web}}
          spec: {interfaceName: caliabc, ipNetworks: [192.168.7.3/32], mac: "ee:ee:ee:ee:ee:ee", profiles: [calnet1]}
        """;

    private CommandLine Ctl => field ??= new() { Another = Store };

    [Fact]
    public async Task The_report_names_what_each_becomes_and_what_is_left_out_and_writes_nothing()
    {
        var report = await Ctl.SucceedAsync("datastore import --from-v1 -", Export);

        Assert.Equal(
            """
            ipPool 192.168.0.0/16 -> IPPool(192-168-0-0-16)
              spec.ipip (mode cross-subnet) is left out: this version routes without tunnels
            node Node_1.Example -> Node(node-1.example)
            bgpPeer fd80:24e2::a of node-1.example -> BGPPeer(node-1.example.fd80-24e2-0000-0000-0000-0000-0000-000a)
            bgpPeer 192.168.26.2 global -> BGPPeer(192-168-26-2)
            profile calnet1 -> Profile(calnet1)
            policy allow.web -> GlobalNetworkPolicy(allow-web-HASH)
              spec.ingress[0].color is not known and is left out
            policy early -> GlobalNetworkPolicy(early)
            hostEndpoint eth0 on node-1.example -> HostEndpoint(node-1.example.eth0)
            workloadEndpoint abc -> WorkloadEndpoint(default/node--1.example-libnetwork-libnetwork-abc)
            9 resource(s) read, 2 note(s), 0 error(s)
            Nothing was written: give --apply too to have them created.

            """.Replace("allow-web-HASH", V1Names.WithoutDots("allow.web"), StringComparison.Ordinal),
            report);
        Assert.Empty((await Store.ListAsync("/", TestContext.Current.CancellationToken)).Items);
    }

    [Fact]
    public async Task Applied_they_are_v3_resources_that_mean_the_same_and_a_second_time_changes_nothing()
    {
        Assert.EndsWith("Successfully imported 9 resource(s)\n", await Ctl.SucceedAsync("datastore import --apply --from-v1 -", Export), StringComparison.Ordinal);

        var policy = await Ctl.SucceedAsync($"get gnp {V1Names.WithoutDots("allow.web")} -o yaml");
        Assert.EndsWith(
            """
            spec:
              ingress:
              - action: Allow
                destination:
                  ports:
                  - 80
                  - '8080:8090'
                protocol: TCP
                source:
                  nets:
                  - 10.0.0.0/8
                  notNets:
                  - 10.9.0.0/16
                  selector: (a == 'b' || c == 'd') && t == ''
              - action: Pass
              order: 100
              selector: projectcalico.org/namespace == 'x'
              types:
              - Ingress

            """,
            policy,
            StringComparison.Ordinal);
        Assert.Contains("applyOnForward: true", await Ctl.SucceedAsync("get gnp early -o yaml"), StringComparison.Ordinal);
        Assert.Contains("labelsToApply:\n    calnet1: ''\n    team: a\n", await Ctl.SucceedAsync("get profile calnet1 -o yaml"), StringComparison.Ordinal);
        Assert.Contains("ipv6Address: fd00::1/128", await Ctl.SucceedAsync("get node node-1.example -o yaml"), StringComparison.Ordinal);
        Assert.Contains("profiles:\n  - kns.prod", await Ctl.SucceedAsync("get hep node-1.example.eth0 -o yaml"), StringComparison.Ordinal);
        Assert.EndsWith("Successfully imported 0 resource(s) (skipped 9)\n", await Ctl.SucceedAsync("datastore import --apply --from-v1 -", Export), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{apiVersion: v1, kind: ipPool, metadata: {}, spec: {}}", "stdin:1: metadata.cidr: is required")]
    [InlineData("{apiVersion: v1, kind: tier, metadata: {name: x}}", "'tier' is none of Calico v1")]
    [InlineData("{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: x}}", "not v1: use 'calicoctl create -f'")]
    [InlineData("{apiVersion: v1, kind: policy, metadata: {name: x}, spec: {selector: \"a ==\"}}", "policy x: spec.selector")]
    [InlineData("{apiVersion: v1, kind: policy, metadata: {name: x}, spec: {ingress: [{action: maybe}]}}", "policy x: spec.ingress[0].action")]
    [InlineData("{apiVersion: v1, kind: profile, metadata: {name: x, tags: [a], labels: {a: b}}}", "'a' is a tag and a label")]
    [InlineData("[{apiVersion: v1, kind: node, metadata: {name: A.b}}, {apiVersion: v1, kind: node, metadata: {name: a.b}}]", "node A.b and node a.b would both be Node(a.b)")]
    public async Task One_that_cannot_be_taken_over_keeps_all_from_being_written(string text, string message)
    {
        var answer = await Ctl.RunAsync("datastore import --apply --from-v1 -", $"- {text.TrimStart('[').TrimEnd(']')}".Replace("}}, {", "}}\n- {", StringComparison.Ordinal) + "\n- {apiVersion: v1, kind: node, metadata: {name: good}}");

        Assert.Equal(1, answer.Status);
        Assert.Contains(message, answer.Error, StringComparison.Ordinal);
        Assert.Contains("nothing is imported while there are any", answer.Output, StringComparison.Ordinal);
        Assert.Empty((await Store.ListAsync("/", TestContext.Current.CancellationToken)).Items);
    }

    [Theory]
    [InlineData("plain-name.1", "plain-name.1")]
    [InlineData("MixedCase", "mixedcase-")]
    [InlineData("a/b_c", "a.b-c-")]
    [InlineData("-.x.-", "x-")]
    public void A_name_that_v3_does_not_allow_is_changed_and_told_apart_by_its_hash(string before, string after) =>
        Assert.StartsWith(after, V1Names.Of(before), StringComparison.Ordinal);

    [Fact]
    public void Addresses_become_names_with_all_their_zeros() =>
        Assert.Equal("0001-00aa-00bb-0000-0000-0000-0000-0000", V1Names.OfAddress(IPAddress.Parse("1:aa:bb::")));
}
