using System.Xml.Linq;
using Calico.Tests.Support;

namespace Calico.Tests.Architecture;

/// <summary>The direction of dependency that docs/architecture.md draws.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Calico.Model"] = [],
        ["Calico.Netlink"] = [],
        ["Calico.Bgp"] = [],
        ["Calico.Bgpd"] = ["Calico.Netlink", "Calico.Bgp"],
        ["Calico.Datastore"] = ["Calico.Model"],
        ["Calico.Ipam"] = ["Calico.Model", "Calico.Datastore"],
        ["Calico.Calc"] = ["Calico.Model"],
        ["Calico.Dataplane"] = ["Calico.Model", "Calico.Netlink"],
        ["Calico.Names"] = ["Calico.Model"],
        ["Calico.Plugins"] = ["Calico.Model", "Calico.Datastore", "Calico.Ipam", "Calico.Netlink"],
        ["Calico.Node"] =
        [
            "Calico.Model", "Calico.Netlink", "Calico.Bgp", "Calico.Datastore", "Calico.Ipam", "Calico.Calc", "Calico.Dataplane", "Calico.Names",
            "Calico.Plugins",
        ],
        ["Calico.Ctl"] = ["Calico.Model", "Calico.Datastore", "Calico.Ipam", "Calico.Calc"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_those_below_it(string project)
    {
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));
        var references = file.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")?.Value ?? ""));

        Assert.Empty(references.Except(Allowed[project]));
    }

    [Fact]
    public void Every_project_under_src_has_its_place()
    {
        var found = Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName);

        Assert.Equal(Allowed.Keys.Order(), found.Order());
    }
}
