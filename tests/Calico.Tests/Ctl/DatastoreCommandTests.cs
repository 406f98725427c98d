using Calico.Datastore;
using Calico.Tests.Support;

namespace Calico.Tests.Ctl;

public abstract class DatastoreCommandTests(StorePlace place) : EachStore(place)
{
    private readonly CommandLine _there = new();
    private readonly TemporaryFolder _folder = new();

    private CommandLine Here => field ??= new() { Another = Store };

    private string Backup => Path.Combine(_folder.Path, "backup");

    protected override ValueTask EndAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_backup_restored_into_an_empty_store_leaves_no_difference()
    {
        await FillAsync();
        Assert.Contains("Successfully backed up", await Here.SucceedAsync($"datastore backup {Backup}"), StringComparison.Ordinal);

        Assert.Contains("Successfully restored", await _there.SucceedAsync($"datastore restore {Backup}"), StringComparison.Ordinal);

        Assert.Equal("", await _there.SucceedAsync($"datastore diff {Backup}"));
        Assert.Equal(await Here.SucceedAsync("get gnp p -o yaml --export"), await _there.SucceedAsync("get gnp p -o yaml --export"));
        Assert.Equal([0xff, 0xfe], (await _there.Store.GetAsync("/calico/odd", TestContext.Current.CancellationToken))?.Value.ToArray());
    }

    [Fact]
    public async Task Differences_are_listed_and_a_store_that_holds_something_else_is_replaced_only_on_request()
    {
        await FillAsync();
        await Here.SucceedAsync($"datastore backup {Backup}");
        await _there.SucceedAsync("apply -f -", "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: other}, spec: {}}");

        var diff = await _there.RunAsync($"datastore diff {Backup}");
        Assert.Equal(1, diff.Status);
        Assert.Contains("+ /calico/resources/v3/projectcalico.org/globalnetworkpolicies/other\n", diff.Output, StringComparison.Ordinal);
        Assert.Contains("- /calico/odd\n", diff.Output, StringComparison.Ordinal);
        Assert.Contains("is not empty", await _there.FailAsync($"datastore restore {Backup}"), StringComparison.Ordinal);

        await _there.SucceedAsync($"datastore restore {Backup} --overwrite");
        Assert.Equal("", await _there.SucceedAsync($"datastore diff {Backup}"));
    }

    [Fact]
    public async Task A_file_that_is_no_backup_or_was_cut_short_is_refused_with_the_line()
    {
        await FillAsync();
        await Here.SucceedAsync($"datastore backup {Backup}");
        var lines = await File.ReadAllLinesAsync(Backup, TestContext.Current.CancellationToken);

        Assert.Contains("was cut short", await _there.FailAsync("datastore restore -", string.Join('\n', lines[..^1])), StringComparison.Ordinal);
        Assert.Contains("line 1: not the head of a backup", await _there.FailAsync("datastore restore -", "{}"), StringComparison.Ordinal);
        Assert.Contains("line 2: ", await _there.FailAsync("datastore restore -", lines[0] + "\nnonsense"), StringComparison.Ordinal);
        Assert.Contains("is not under /calico/", await _there.FailAsync("datastore restore -", lines[0] + "\n{\"key\":\"/registry/x\",\"text\":\"\"}"), StringComparison.Ordinal);
        Assert.Empty((await _there.Store.ListAsync("/", TestContext.Current.CancellationToken)).Items);
    }

    private async Task FillAsync()
    {
        await Here.SucceedAsync("apply -f -", "{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: p}, spec: {order: 1}}");
        await Store.CommitAsync([StoreWrite.Put("/calico/odd", new byte[] { 0xff, 0xfe })], TestContext.Current.CancellationToken);
    }
}
