using Calico.Datastore.Resources;
using Calico.Ipam;
using Calico.Model.Store;
using Calico.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Calico.Tests.Ctl;

public abstract class ResourceCommandTests(StorePlace place) : EachStore(place)
{
    private const string Head = "apiVersion: projectcalico.org/v3\n";

    private CommandLine Ctl => field ??= new() { Another = Store };

    [Fact]
    public async Task What_is_created_is_there_to_be_got_replaced_and_deleted()
    {
        Assert.Equal("Successfully created 1 'IPPool' resource(s)\n", await Ctl.SucceedAsync("create -f -", Pool("one", "10.0.0.0/16")));
        Assert.Contains("one    10.0.0.0/16   all()", await Ctl.SucceedAsync("get ippools"), StringComparison.Ordinal);
        Assert.Equal("Successfully replaced 1 'IPPool' resource(s)\n", await Ctl.SucceedAsync("replace -f -", Pool("one", "10.0.0.0/16", "natOutgoing: true")));
        Assert.Contains("natOutgoing: true", await Ctl.SucceedAsync("get pool one -o yaml"), StringComparison.Ordinal);
        Assert.Equal("Successfully deleted 1 'IPPool' resource(s)\n", await Ctl.SucceedAsync("delete ippool one"));
        Assert.Equal($"failed to get resources: [resource does not exist: IPPool(one) with error: {Store.Description} has no such resource]\n", await Ctl.FailAsync("get ippool one"));
    }

    [Fact]
    public async Task Apply_creates_and_then_replaces()
    {
        Assert.Equal("Successfully applied 1 'IPPool' resource(s)\n", await Ctl.SucceedAsync("apply -f -", Pool("one", "10.0.0.0/16")));
        Assert.Equal("Successfully applied 1 'IPPool' resource(s)\n", await Ctl.SucceedAsync("apply -f -", Pool("one", "10.0.0.0/16")));
    }

    [Fact]
    public async Task What_exists_is_not_created_again()
    {
        await Ctl.SucceedAsync("create -f -", Pool("one", "10.0.0.0/16"));

        Assert.Equal("failed to create 'IPPool' resource: [stdin:1: resource already exists: IPPool(one)]\n", await Ctl.FailAsync("create -f -", Pool("one", "10.0.0.0/16")));
        Assert.Equal("Successfully created 0 'IPPool' resource(s) (skipped 1)\n", await Ctl.SucceedAsync("create --skip-exists -f -", Pool("one", "10.0.0.0/16")));
    }

    [Fact]
    public async Task What_does_not_exist_is_neither_replaced_nor_deleted()
    {
        Assert.Contains("resource does not exist: IPPool(one)", await Ctl.FailAsync("replace -f -", Pool("one", "10.0.0.0/16")), StringComparison.Ordinal);
        Assert.StartsWith("failed to delete 'IPPool' resource: [resource does not exist: IPPool(one)", await Ctl.FailAsync("delete ippool one"), StringComparison.Ordinal);
        Assert.Equal("Successfully deleted 0 'IPPool' resource(s) (skipped 1)\n", await Ctl.SucceedAsync("delete ippool one --skip-not-exists"));
    }

    [Fact]
    public async Task An_error_holds_up_no_other_resource()
    {
        var answer = await Ctl.RunAsync("apply -f -", $"{Pool("one", "10.0.0.0/16")}---\n{Pool("two", "10.0.0.0/30")}---\n{Pool("three", "10.1.0.0/16")}");

        Assert.Equal(1, answer.Status);
        Assert.Equal("Partial success: applied 2 out of 3 'IPPool' resources\n", answer.Output);
        Assert.StartsWith("hit error: [stdin:12: spec.cidr: the pool is smaller than one of its blocks", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malformed_file_changes_nothing()
    {
        Assert.Equal(
            "failed to execute command: stdin:12: spec.cidrs: field in document is not recognized or is in the wrong location: cidrs\n",
            await Ctl.FailAsync("apply -f -", $"{Pool("one", "10.0.0.0/16")}---\n{Pool("two", "10.0.0.0/30").Replace("cidr:", "cidrs:", StringComparison.Ordinal)}"));
        Assert.Equal("NAME   CIDR   SELECTOR   \n\n", await Ctl.SucceedAsync("get ippools"));
    }

    [Fact]
    public async Task A_pool_does_not_overlap_another()
    {
        await Ctl.SucceedAsync("create -f -", Pool("one", "10.0.0.0/16"));

        Assert.Equal(
            "failed to create 'IPPool' resource: [stdin:1: spec.cidr: overlaps 10.0.0.0/16 of IPPool(one): '10.0.128.0/17']\n",
            await Ctl.FailAsync("create -f -", Pool("two", "10.0.128.0/17")));
    }

    [Fact]
    public async Task A_pool_keeps_its_range_and_block_size()
    {
        await Ctl.SucceedAsync("create -f -", Pool("one", "10.0.0.0/16"));

        Assert.Contains("spec.cidr: cannot be changed; it is 10.0.0.0/16", await Ctl.FailAsync("apply -f -", Pool("one", "10.0.0.0/17")), StringComparison.Ordinal);
        Assert.Contains("spec.blockSize: cannot be changed; it is 26", await Ctl.FailAsync("apply -f -", Pool("one", "10.0.0.0/16", "blockSize: 24")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_goes_into_the_namespace_of_the_command_line_or_the_default_one()
    {
        var policy = $"{Head}kind: NetworkPolicy\nmetadata: {{name: web}}\nspec: {{selector: all()}}\n";
        await Ctl.SucceedAsync("apply -f -", policy);
        await Ctl.SucceedAsync("apply -n shop -f -", policy);

        Assert.Equal("NAME   TIER      \nweb    default   \n\n", await Ctl.SucceedAsync("get networkpolicy"));
        Assert.Equal("NAMESPACE   NAME   TIER      \ndefault     web    default   \nshop        web    default   \n\n", await Ctl.SucceedAsync("get policies -A"));
        Assert.Contains("is not the 'shop' of the command line", await Ctl.FailAsync("apply -n shop -f -", policy.Replace("web", "web, namespace: other", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("IPPool is not namespaced\n", await Ctl.FailAsync("get ippools -n shop"));
        Assert.Equal("cannot use --all-namespaces for getting a single resource\n", await Ctl.FailAsync("get policy web -A"));
    }

    [Fact]
    public async Task An_update_of_an_old_version_is_refused()
    {
        await Ctl.SucceedAsync("create -f -", Pool("one", "10.0.0.0/16"));
        var old = await Ctl.SucceedAsync("get ippool one -o yaml");
        await Ctl.SucceedAsync("apply -f -", Pool("one", "10.0.0.0/16", "disabled: true"));

        Assert.Contains("update conflict: IPPool(one)", await Ctl.FailAsync("replace -f -", old), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_leaves_out_what_is_this_clusters()
    {
        await Ctl.SucceedAsync("create -f -", Pool("one", "10.0.0.0/16"));

        Assert.Equal(
            "apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata:\n  name: one\nspec:\n  cidr: 10.0.0.0/16\n",
            await Ctl.SucceedAsync("get ippool one --export -o yaml"));
    }

    [Fact]
    public async Task A_policys_tier_must_exist_and_cannot_go_while_it_is_used()
    {
        var policy = $"{Head}kind: GlobalNetworkPolicy\nmetadata: {{name: ops.web}}\nspec: {{tier: ops}}\n";
        Assert.Contains("spec.tier: there is no such tier", await Ctl.FailAsync("apply -f -", policy), StringComparison.Ordinal);
        await Ctl.SucceedAsync("apply -f -", $"{Head}kind: Tier\nmetadata: {{name: ops}}\nspec: {{order: 10}}\n");
        await Ctl.SucceedAsync("apply -f -", policy);

        Assert.Contains("GlobalNetworkPolicy(ops.web) is in it", await Ctl.FailAsync("delete tier ops"), StringComparison.Ordinal);
        Assert.Contains("it is built in", await Ctl.FailAsync("delete tier default"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_node_takes_its_belongings_with_it()
    {
        await Ctl.SucceedAsync("apply -f -", """
            - {apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: vms100}}
            - {apiVersion: projectcalico.org/v3, kind: BGPPeer, metadata: {name: tor}, spec: {peerIP: 192.168.26.2, asNumber: 64513}}
            - {apiVersion: projectcalico.org/v3, kind: BGPPeer, metadata: {name: own}, spec: {node: vms100, peerIP: 192.168.26.3, asNumber: 64513}}
            - {apiVersion: projectcalico.org/v3, kind: BGPConfiguration, metadata: {name: node.vms100}, spec: {listenPort: 1790}}
            - apiVersion: projectcalico.org/v3
              kind: WorkloadEndpoint
              metadata: {name: vms100-libnetwork-libnetwork-abc}
              spec: {orchestrator: libnetwork, node: vms100, endpoint: abc}
            """);

        await Ctl.SucceedAsync("create -f -", Pool("one", "10.0.0.0/16"));
        var resources = new ResourceStore(Store, "test", TimeProvider.System, NullLogger.Instance);
        var ipam = new IpamClient(Store, resources, TimeProvider.System, NullLogger.Instance);
        Assert.IsType<AssignOutcome.Assigned>(await ipam.AssignAsync(new() { Host = "vms100", HandleId = "abc" }, TestContext.Current.CancellationToken));

        Assert.Equal("Successfully deleted 1 'Node' resource(s)\n", await Ctl.SucceedAsync("delete node vms100"));
        Assert.Empty(await Store.ListKeysAsync(StoreKeys.Blocks, TestContext.Current.CancellationToken));
        Assert.Equal("tor", Assert.Single((await Ctl.SucceedAsync("get bgppeers -o name")).TrimEnd().Split('\n')).Split('/')[1]);
        Assert.Equal("", await Ctl.SucceedAsync("get workloadendpoints -A -o name"));
        Assert.Equal("", await Ctl.SucceedAsync("get bgpconfig -o name"));
    }

    [Fact]
    public async Task A_deleted_pool_says_what_is_still_in_use()
    {
        await Ctl.SucceedAsync("create -f -", Pool("one", "10.0.0.0/16"));
        var resources = new ResourceStore(Store, "test", TimeProvider.System, NullLogger.Instance);
        var ipam = new IpamClient(Store, resources, TimeProvider.System, NullLogger.Instance);
        Assert.IsType<AssignOutcome.Assigned>(await ipam.AssignAsync(new() { Host = "vms100", HandleId = "abc" }, TestContext.Current.CancellationToken));

        var answer = await Ctl.RunAsync("delete ippool one");

        Assert.Equal(0, answer.Status);
        Assert.StartsWith("Notice: hosts hold 1 block(s) of IPPool(one) still", answer.Error, StringComparison.Ordinal);
        Assert.Contains("is of another size", await Ctl.FailAsync("create -f -", Pool("two", "10.0.0.0/16", "blockSize: 28")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_patch_changes_only_what_it_names()
    {
        await Ctl.SucceedAsync("create -f -", Pool("one", "10.0.0.0/16", "natOutgoing: true"));

        Assert.Equal("Successfully patched 1 'IPPool' resource\n", await Ctl.SucceedAsync("patch ippool one -p {\"spec\":{\"disabled\":true,\"natOutgoing\":null}}"));
        Assert.EndsWith("spec:\n  cidr: 10.0.0.0/16\n  disabled: true\n", await Ctl.SucceedAsync("get ippool one -o yaml"), StringComparison.Ordinal);
        Assert.Contains("spec.disabld", await Ctl.FailAsync("patch ippool one -p {\"spec\":{\"disabld\":true}}"), StringComparison.Ordinal);
        Assert.Contains("cannot be changed", await Ctl.FailAsync("patch ippool one -p {\"spec\":{\"cidr\":\"10.0.0.0/24\"}}"), StringComparison.Ordinal);
        Assert.Contains("resource does not exist: IPPool(two)", await Ctl.FailAsync("patch ippool two -p {\"spec\":{\"disabled\":true}}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_are_set_updated_and_removed()
    {
        await Ctl.SucceedAsync("create -f -", $"{Head}kind: Node\nmetadata: {{name: a}}\n");

        Assert.Equal("Successfully set label rack on Node(a)\n", await Ctl.SucceedAsync("label node a rack=1"));
        Assert.Contains("rack is already '1': use --overwrite", await Ctl.FailAsync("label node a rack=2"), StringComparison.Ordinal);
        Assert.Equal("Successfully updated label rack on Node(a)\n", await Ctl.SucceedAsync("label node a rack=2 --overwrite"));
        Assert.Contains("rack: '2'", await Ctl.SucceedAsync("get node a -o yaml"), StringComparison.Ordinal);
        Assert.Equal("Successfully removed label rack on Node(a)\n", await Ctl.SucceedAsync("label node a rack --remove"));
        Assert.Contains("it has no label rack", await Ctl.FailAsync("label node a rack --remove"), StringComparison.Ordinal);
        Assert.Contains("is not a label's name", await Ctl.FailAsync("label node a ra!ck=1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_needs_no_datastore()
    {
        Assert.Equal("Successfully validated 1 'IPPool' resource(s)\n", await Ctl.SucceedAsync("validate -f -", Pool("one", "10.0.0.0/16")));
        Assert.Contains("stdin:5: spec.cidr:", await Ctl.FailAsync("validate -f -", Pool("one", "10.0.0.0/30")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get hosts", "resource type 'hosts' is not supported: the types are Node, IPPool")]
    [InlineData("get", "No resources specified")]
    [InlineData("delete node", "resource name is required")]
    [InlineData("get nodes -o xml", "unrecognized output format 'xml'")]
    [InlineData("apply -f /nonexistent.yaml", "/nonexistent.yaml: no such file")]
    [InlineData("apply", "'--filename' is required")]
    [InlineData("create -f -", "stdin: no resources in it")]
    [InlineData("node run --ip nonsense", "--ip 'nonsense' is not an IPv4 address")]
    [InlineData("node run --as 0", "--as '0' is not an AS number")]
    public async Task A_wrong_command_says_what_is_wrong(string arguments, string message) =>
        Assert.Contains(message, await Ctl.FailAsync(arguments), StringComparison.Ordinal);

    [Fact]
    public async Task Some_resources_are_not_for_users_to_write()
    {
        Assert.Contains(
            "operation create is not supported on ClusterInformation(default): it is read-only",
            await Ctl.FailAsync("create -f -", $"{Head}kind: ClusterInformation\nmetadata: {{name: default}}\n"),
            StringComparison.Ordinal);
        Assert.Contains("it is built in", await Ctl.FailAsync("delete profile projectcalico-default-allow"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_read_file_by_file()
    {
        var folder = Directory.CreateTempSubdirectory("calicoctl-test-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "b.yaml"), Pool("two", "10.2.0.0/16"), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "a.yml"), Pool("one", "10.1.0.0/16"), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "notes.txt"), "not: [yaml", TestContext.Current.CancellationToken);

            Assert.Equal("Successfully applied 2 'IPPool' resource(s)\n", await Ctl.SucceedAsync($"apply -f {folder.FullName} -c /etc/other.cfg -l debug"));
            Assert.Equal("/etc/other.cfg", Ctl.Configuration);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Pool(string name, string cidr, string more = "") => $"{Head}kind: IPPool\nmetadata: {{name: {name}}}\nspec:\n  cidr: {cidr}\n  {more}\n";
}
