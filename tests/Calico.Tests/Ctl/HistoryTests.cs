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

        Assert.StartsWith("GlobalNetworkPolicy(p) would be put back:\n", await Ctl.SucceedAsync($"rollback gnp p --to {first} --dry-run"), StringComparison.Ordinal);
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

    private async Task ApplyAsync(int order, string arguments, string name = "p") =>
        await Ctl.SucceedAsync(arguments, $"{{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {{name: {name}}}, spec: {{order: {order}}}}}");

    private async Task<long> RevisionAsync() => (await Store.ListAsync("/calico/", TestContext.Current.CancellationToken)).Revision;

    /// <summary>Columns are three blanks apart.</summary>
    private static string Word(string line, int column) => line.Split("   ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[column];
}
