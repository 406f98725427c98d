using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

public abstract class HistoryTests(StorePlace place) : EachStore(place)
{
    private CommandLine Ctl => field ??= new() { Another = Store };

    [Fact]
    public async Task Every_change_is_listed_with_who_made_it_and_why()
    {
        await ApplyAsync(1, "apply -f - --reason first");
        await ApplyAsync(2, "apply -f -");
        await ApplyAsync(0, "apply -f -", name: "other");
        await Ctl.SucceedAsync("delete gnp p --reason tidy");

        var lines = (await Ctl.SucceedAsync("history gnp p")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["CHANGE", "Deleted", "Changed", "Created"], lines.Select(line => Word(line, 2)));
        Assert.Contains("calicoctl delete (", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("tidy", lines[1].TrimEnd(), StringComparison.Ordinal);
        Assert.EndsWith("first", lines[3].TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("keeps no change of GlobalNetworkPolicy(nobody)", await Ctl.FailAsync("history gnp nobody"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_is_put_back_made_again_or_deleted_as_it_was_then()
    {
        await ApplyAsync(0, "apply -f -", name: "before");
        var before = await RevisionAsync();
        await ApplyAsync(1, "apply -f -");
        var first = await RevisionAsync();
        await ApplyAsync(2, "apply -f -");

        Assert.StartsWith("GlobalNetworkPolicy(p) would be put back\n", await Ctl.SucceedAsync($"rollback gnp p --to {first} --dry-run"), StringComparison.Ordinal);
        Assert.Contains("order: 2", await Ctl.SucceedAsync("get gnp p -o yaml"), StringComparison.Ordinal);
        Assert.Equal("Successfully put back: GlobalNetworkPolicy(p)\n", await Ctl.SucceedAsync($"rollback gnp p --to {first}"));
        Assert.Contains("order: 1", await Ctl.SucceedAsync("get gnp p -o yaml"), StringComparison.Ordinal);
        Assert.Equal("GlobalNetworkPolicy(p) is as it was then: nothing to do\n", await Ctl.SucceedAsync($"rollback gnp p --to {first}"));

        Assert.Equal("Successfully deleted: GlobalNetworkPolicy(p)\n", await Ctl.SucceedAsync($"rollback gnp p --to {before}"));
        Assert.Equal("Successfully created again: GlobalNetworkPolicy(p)\n", await Ctl.SucceedAsync($"rollback gnp p --to {first}"));
        Assert.Contains("order: 1", await Ctl.SucceedAsync("get gnp p -o yaml"), StringComparison.Ordinal);
        Assert.Contains("was not there then and is not there now", await Ctl.FailAsync($"rollback gnp nobody --to {first}"), StringComparison.Ordinal);
        Assert.Contains("there is no revision", await Ctl.FailAsync("rollback gnp p --to 99999"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_differs_between_two_times_is_shown_line_by_line()
    {
        await ApplyAsync(1, "apply -f -");
        await ApplyAsync(0, "apply -f -", name: "same");
        await ApplyAsync(0, "apply -f -", name: "gone");
        var before = await RevisionAsync();
        await ApplyAsync(2, "apply -f -");
        await ApplyAsync(0, "apply -f -", name: "new");
        await Ctl.SucceedAsync("delete gnp gone");
        var after = await RevisionAsync();
        await ApplyAsync(3, "apply -f -");

        var all = await Ctl.RunAsync($"diff --from {before} --to {after}");
        Assert.Equal((1, ""), (all.Status, all.Error));
        var lines = all.Output.Split('\n');
        Assert.Equal(["gone) deleted", "new) created", "p) changed"], lines.Where(line => line.StartsWith("Global", StringComparison.Ordinal)).Select(line => line["GlobalNetworkPolicy(".Length..]));
        Assert.Equal(["-   order: 1", "+   order: 2"], lines.SkipWhile(line => !line.EndsWith("changed", StringComparison.Ordinal)).Where(line => line.StartsWith('-') || line.StartsWith('+')));

        Assert.Contains("+   order: 3", (await Ctl.RunAsync($"diff --from {before} gnp/p")).Output, StringComparison.Ordinal);
        Assert.Equal("", await Ctl.SucceedAsync($"diff --from {before} gnp same"));
        Assert.Equal("", await Ctl.SucceedAsync($"diff --from {before} ippool"));
        Assert.StartsWith("Notice: -0s was revision", (await Ctl.RunAsync("diff --from -0s")).Error, StringComparison.Ordinal);
        Assert.Contains("there is no revision", await Ctl.FailAsync("diff --from 99999", status: 2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_users_write_is_rolled_back_in_one_commit_and_what_nodes_write_is_left()
    {
        await Ctl.SucceedAsync("apply -f -", "{apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: t}, spec: {order: 5}}");
        await Ctl.SucceedAsync("apply -f -", "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: t.in}, spec: {tier: t}}");
        await ApplyAsync(1, "apply -f -");
        var before = await RevisionAsync();
        await Ctl.SucceedAsync("delete gnp t.in");
        await Ctl.SucceedAsync("delete tier t");
        await ApplyAsync(2, "apply -f -");
        await ApplyAsync(0, "apply -f -", name: "new");
        await Ctl.SucceedAsync("apply -f -", "{apiVersion: projectcalico.org/v3, kind: IPPool, metadata: {name: since}, spec: {cidr: 10.7.0.0/16}}");
        await Ctl.SucceedAsync("apply -f -", "{apiVersion: projectcalico.org/v3, kind: Node, metadata: {name: vms100}, spec: {}}");
        var after = await RevisionAsync();

        Assert.Contains("order: 1", (await Ctl.RunAsync($"rollback --to {before} --dry-run")).Output, StringComparison.Ordinal);
        Assert.Equal(after, await RevisionAsync());
        var done = await Ctl.RunAsync($"rollback --to {before}");

        Assert.EndsWith($"Successfully rolled 4 resource(s) back to revision {before}\n", done.Output, StringComparison.Ordinal);
        Assert.Equal("Notice: IPPool(since) was made since and stays: 'calicoctl delete ippool since' removes it\n", done.Error);
        Assert.Equal(after + 1, await RevisionAsync());
        Assert.Equal(0, (await Ctl.RunAsync($"diff --from {before} gnp")).Status);
        Assert.Equal(0, (await Ctl.RunAsync($"diff --from {before} tier")).Status);
        Assert.Contains("vms100", await Ctl.SucceedAsync("get nodes"), StringComparison.Ordinal);
        Assert.Contains("is what nodes write", await Ctl.FailAsync($"rollback nodes --to {before}"), StringComparison.Ordinal);
        Assert.Contains("nothing to do", (await Ctl.RunAsync($"rollback gnp --to {before}")).Output, StringComparison.Ordinal);
    }

    private async Task ApplyAsync(int order, string arguments, string name = "p") =>
        await Ctl.SucceedAsync(arguments, $"{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: {name}}}, spec: {{order: {order}}}}}");

    private async Task<long> RevisionAsync() => (await Store.ListAsync("/calico/", TestContext.Current.CancellationToken)).Revision;

    /// <summary>Columns are three blanks apart.</summary>
    private static string Word(string line, int column) => line.Split("   ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[column];
}
