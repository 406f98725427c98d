using Calico.Dataplane;
using FsCheck;
using FsCheck.Fluent;

namespace Calico.Tests.Dataplane;

public sealed class ReconcilerTests
{
    private static readonly Gen<Dictionary<string, int>> Tables =
        from keys in Gen.SubListOf("a", "b", "c", "d", "e", "f")
        from values in Gen.Choose(0, 2).ListOf(6)
        select keys.Select((key, index) => (key, values[index])).ToDictionary();

    [Fact]
    public void From_any_kernel_state_one_round_reaches_what_is_wanted() => Prop
        .ForAll(Tables.ToArbitrary(), Tables.ToArbitrary(), (actual, desired) =>
        {
            var kernel = new FakeTable(actual);
            var reconciler = new Reconciler<string, int>(kernel);

            Assert.Empty(reconciler.Reconcile(() => desired).Refused);

            Assert.Equal(desired.OrderBy(entry => entry.Key), kernel.Entries.OrderBy(entry => entry.Key));
            Assert.True(reconciler.Reconcile(() => desired).Plan.IsEmpty);
            Assert.Equal(1, kernel.Reads);
        })
        .QuickCheckThrowOnFailure();

    [Fact]
    public void An_outsiders_change_is_undone_once_the_table_is_distrusted()
    {
        var kernel = new FakeTable([]);
        var reconciler = new Reconciler<string, int>(kernel);
        reconciler.Reconcile(() => new Dictionary<string, int> { ["a"] = 1 });
        kernel.Entries["a"] = 9;
        kernel.Entries["x"] = 9;

        reconciler.Distrust();
        reconciler.Reconcile(() => new Dictionary<string, int> { ["a"] = 1 });

        Assert.Equal([KeyValuePair.Create("a", 1)], kernel.Entries);
    }

    [Fact]
    public void An_entry_the_kernel_refuses_holds_up_no_other_and_is_tried_again()
    {
        var kernel = new FakeTable([]) { Refuses = { "a" } };
        var reconciler = new Reconciler<string, int>(kernel);
        var desired = new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 };

        Assert.Equal("a", Assert.Single(reconciler.Reconcile(() => desired).Refused).Key);
        Assert.Equal(2, kernel.Entries["b"]);

        kernel.Refuses.Clear();
        Assert.Empty(reconciler.Reconcile(() => desired).Refused);
        Assert.Equal(1, kernel.Entries["a"]);
        Assert.Equal(2, kernel.Reads);
    }

    [Fact]
    public void What_may_not_go_yet_stays_and_goes_later()
    {
        var kernel = new FakeTable(new() { ["old"] = 1 });
        var reconciler = new Reconciler<string, int>(kernel);

        reconciler.Reconcile(() => new Dictionary<string, int>(), mayRemove: _ => false);
        Assert.Contains("old", kernel.Entries);

        reconciler.Reconcile(() => new Dictionary<string, int>());
        Assert.Empty(kernel.Entries);
    }

    [Fact]
    public void Of_mere_keys_those_go_that_are_not_wanted_and_those_come_that_are_not_there()
    {
        var plan = Plan.BetweenKeys(new HashSet<int> { 1, 2 }, new HashSet<int> { 2, 3 });

        Assert.Equal([1], plan.Remove.Keys);
        Assert.Equal([3], plan.Put.Keys);
        Assert.True(Plan.BetweenKeys(new HashSet<int> { 1 }, new HashSet<int> { 1 }).IsEmpty);
    }
}
