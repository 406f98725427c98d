using System.Text.Json.Nodes;
using Calico.Ctl;
using Calico.Ctl.Output;
using Calico.Model.Resources;
using Calico.Model.Validation;
using Calico.Model.Values;

namespace Calico.Tests.Ctl;

public sealed class ResourcePrinterTests
{
    private static readonly Found Nodes = List(
        Kinds.Node,
        """{"metadata":{"name":"vms100"},"spec":{"bgp":{"ipv4Address":"192.168.26.100/24"}}}""",
        """{"metadata":{"name":"vms101"},"spec":{"bgp":{"asNumber":64600,"ipv4Address":"192.168.26.101/24","ipv6Address":"fd00::101/64"}}}""");

    private static readonly Found Pools =
        List(Kinds.IPPool, """{"metadata":{"name":"default-ipv4-ippool"},"spec":{"cidr":"192.168.0.0/16","natOutgoing":true}}""");

    private static readonly Found Endpoints = List(
        Kinds.WorkloadEndpoint,
        """
        {"metadata":{"name":"vms100-libnetwork-libnetwork-abc","namespace":"default"},"spec":{"orchestrator":"libnetwork","workload":"192.168.26.100",
         "node":"vms100","endpoint":"abc","ipNetworks":["192.168.239.128/32"],"interfaceName":"cali0b7f49da20a","profiles":["calnet1"]}}
        """);

    [Fact]
    public void Nodes_in_brief() => Assert.Equal("NAME     \nvms100   \nvms101   \n\n", Print("ps", Nodes));

    [Fact]
    public void Nodes_in_full_show_a_defaulted_AS_in_parentheses() => Assert.Equal(
        "NAME     ASN       IPV4                IPV6           \n"
        + "vms100   (64513)   192.168.26.100/24                  \n"
        + "vms101   64600     192.168.26.101/24   fd00::101/64   \n\n",
        ResourcePrinter.Of("wide").Print([Nodes], showNamespace: false, new ClusterDefaults(new AsNumber(64513))));

    [Fact]
    public void Pools_in_brief_and_in_full()
    {
        Assert.Equal("NAME                  CIDR             SELECTOR   \ndefault-ipv4-ippool   192.168.0.0/16   all()      \n\n", Print("ps", Pools));
        Assert.Equal(
            "NAME                  CIDR             NAT    IPIPMODE   VXLANMODE   DISABLED   DISABLEBGPEXPORT   SELECTOR   ASSIGNMENTMODE   \n"
            + "default-ipv4-ippool   192.168.0.0/16   true   Never      Never       false      false              all()      Automatic        \n\n",
            Print("wide", Pools));
    }

    [Fact]
    public void Endpoints_with_their_namespace() => Assert.Equal(
        "NAMESPACE   WORKLOAD         NODE     NETWORKS             INTERFACE         \n"
        + "default     192.168.26.100   vms100   192.168.239.128/32   cali0b7f49da20a   \n\n",
        ResourcePrinter.Of("ps").Print([Endpoints], showNamespace: true, ClusterDefaults.None));

    [Fact]
    public void Columns_of_ones_own_choice() =>
        Assert.Equal("ORCHESTRATOR   NAME                               \nlibnetwork     vms100-libnetwork-libnetwork-abc   \n\n", Print("custom-columns=ORCHESTRATOR,name", Endpoints));

    [Fact]
    public void An_unknown_column_is_answered_with_those_there_are()
    {
        var error = Assert.Throws<CommandException>(() => Print("custom-columns=NAME,COLOUR", Pools));

        Assert.StartsWith("unknown heading COLOUR, valid values are: NAME, CIDR, NAT", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_resource_stands_alone_and_a_list_is_a_List()
    {
        var one = Pools with { IsList = false };

        Assert.StartsWith("apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata:\n  name: default-ipv4-ippool\nspec:\n  cidr: 192.168.0.0/16\n", Print("yaml", one), StringComparison.Ordinal);
        Assert.StartsWith("apiVersion: projectcalico.org/v3\nitems:\n- apiVersion: projectcalico.org/v3\n  kind: IPPool\n", Print("yaml", Pools), StringComparison.Ordinal);
        Assert.Equal("IPPoolList", JsonNode.Parse(Print("json", Pools))?["kind"]?.GetValue<string>());
        Assert.Equal("ippool/default-ipv4-ippool\n", Print("name", Pools));
    }

    [Fact]
    public void Tiers_come_in_their_order()
    {
        var tiers = List(Kinds.Tier, """{"metadata":{"name":"default"},"spec":{}}""", """{"metadata":{"name":"security"},"spec":{"order":100}}""");

        Assert.Equal("NAME       ORDER     \nsecurity   100       \ndefault    1000000   \n\n", Print("ps", tiers));
    }

    [Fact]
    public void Every_kind_has_a_table()
    {
        foreach (var kind in Kinds.All)
            Assert.StartsWith("NAME", Print("wide", List(kind)), StringComparison.Ordinal);
    }

    private static string Print(string format, Found found) => ResourcePrinter.Of(format).Print([found], showNamespace: false, ClusterDefaults.None);

    private static Found List(ResourceKind kind, params string[] documents) => new(kind, IsList: true, [.. documents.Select(document => Resource(kind, document))]);

    private static IResource Resource(ResourceKind kind, string document)
    {
        var tree = JsonNode.Parse(document)!.AsObject(); // written above
        tree["apiVersion"] = ResourceKind.ApiVersion;
        tree["kind"] = kind.Name;
        var read = ResourceReader.Read(tree);
        return read.Resource ?? throw new InvalidOperationException(read.Errors.Describe());
    }
}
