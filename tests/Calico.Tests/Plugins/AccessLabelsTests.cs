using Calico.Model.Resources;
using Calico.Model.Resources.Specs;
using Calico.Plugins;
using Calico.Plugins.Docker.Access;
using Calico.Plugins.Docker.Networks;

namespace Calico.Tests.Plugins;

/// <summary>From short labels to rules.</summary>
public sealed class AccessLabelsTests
{
    private static readonly NetworkFacts _network = new("calnet1", Mtu: null);

    [Theory]
    [InlineData("web", "(projectcalico.org/network == 'calnet1' && (projectcalico.org/container == 'web' || com.docker.compose.service == 'web'))")]
    [InlineData("tier=front,10.0.0.0/8", "tier == 'front'")]
    public void A_source_is_a_selector(string from, string selector) =>
        Assert.Equal(selector, Profile(("calico.allow.from", from)).Spec.Ingress?[0].Source?.Selector);

    [Fact]
    public void Addresses_stand_in_a_rule_for_each_family_and_ports_for_each_protocol()
    {
        var rules = Profile(("calico.allow.from", "10.0.0.0/8, 192.0.2.1, fd00::/8"), ("calico.ports", "80, 443/tcp,53/udp")).Spec.Ingress ?? [];

        Assert.Equal(
            [
                "TCP 10.0.0.0/8 192.0.2.1/32 to 80 443", "UDP 10.0.0.0/8 192.0.2.1/32 to 53", "TCP fd00::/8 to 80 443", "UDP fd00::/8 to 53",
            ],
            rules.SkipLast(1).Select(rule => $"{rule.Protocol} {string.Join(' ', rule.Source?.Nets ?? [])} to {string.Join(' ', rule.Destination?.Ports ?? [])}"));
        Assert.Equal(RuleAction.Deny, rules[^1].Action);
    }

    [Fact]
    public void Ports_alone_are_for_the_same_network_and_a_star_is_for_everybody()
    {
        Assert.Equal("projectcalico.org/network == 'calnet1'", Profile(("calico.ports", "80")).Spec.Ingress?[0].Source?.Selector);
        Assert.Null(Profile(("calico.allow.from", "*")).Spec.Ingress?[0].Source);
    }

    [Fact]
    public void None_lets_nobody_in()
    {
        var rule = Assert.Single(Profile(("calico.allow.from", "none")).Spec.Ingress ?? []);

        Assert.Equal(RuleAction.Deny, rule.Action);
    }

    [Fact]
    public void The_same_words_are_the_same_profile_and_others_another()
    {
        Assert.Equal(Profile(("calico.ports", "80,81")).Name, Profile(("calico.ports", "80, 81/tcp")).Name);
        Assert.NotEqual(Profile(("calico.ports", "80")).Name, Profile(("calico.ports", "81")).Name);
        Assert.NotEqual(Profile(("calico.allow.from", "a")).Name, Profile(("calico.allow.from", "b")).Name);
        Assert.NotEqual(Profile(("calico.allow.from", "none")).Name, Profile(("calico.ports", "80")).Name);
    }

    [Fact]
    public void Without_such_labels_there_is_nothing_to_say()
    {
        Assert.Null(AccessLabels.Read(labels: null));
        Assert.Null(AccessLabels.Read(Labels(("org.projectcalico.label.tier", "db"), ("calicosomething", "x"))));
    }

    [Theory]
    [InlineData("calico.ports", "", "'' is not a port")]
    [InlineData("calico.ports", "0", "'0' is not a port")]
    [InlineData("calico.ports", "65536", "'65536' is not a port")]
    [InlineData("calico.ports", "90-80", "'90-80' is not a port")]
    [InlineData("calico.ports", "80/icmp", "'80/icmp' is not a port")]
    [InlineData("calico.ports", "80,,81", "'' is not a port")]
    [InlineData("calico.allow.from", "", "'' is none of these")]
    [InlineData("calico.allow.from", "a b", "'a b' is none of these")]
    [InlineData("calico.allow.from", "tier='x'", "is none of these")]
    [InlineData("calico.allow.from", "x' || all() || '", "is none of these")]
    [InlineData("calico.allow.from", "10.0.0.1/8", "is none of these")]
    [InlineData("calico.port", "80", "label 'calico.port' is unknown")]
    public void What_is_wrong_is_named(string label, string value, string fault) =>
        Assert.Contains(fault, Assert.Throws<PluginException>(() => AccessLabels.Read(Labels((label, value)))).Message, StringComparison.Ordinal);

    private static Resource<ProfileSpec> Profile(params (string, string)[] labels) =>
        AccessProfile.Of(_network, AccessLabels.Read(Labels(labels)) ?? throw new InvalidOperationException());

    private static Dictionary<string, string> Labels(params (string Key, string Value)[] labels) => labels.ToDictionary(label => label.Key, label => label.Value);
}
