using Calico.Checker.Checks;
using Calico.Checker.Histories;

namespace Calico.Tests.Checker;

/// <summary>A history without a fault passes; each fault that is planted in it is found, and named.</summary>
public sealed class HistoryCheckTests
{
    /// <summary>Two keys, three commits, one of them without an answer; two watchers; one address given back and given out again.</summary>
    private static readonly History Good = new()
    {
        Commits =
        [
            new(10, 20, Ending.Done, [new("a", "a1", 0)], 1),
            new(30, 40, Ending.Done, [new("a", "a2", 1), new("b", "b1", 0)], 2),
            new(45, 50, Ending.Refused, [new("a", "a3", 1)], 0),
            new(60, long.MaxValue, Ending.Unknown, [new("b", "b2", 2)], 0),
            new(80, 90, Ending.Done, [new("a", "a4", 2), new("b", null, 3)], 4),
        ],
        Readings = [new(21, 25, new("a", "a1", 1)), new(55, 58, new("a", "a2", 2)), new(95, 99, new("b", null, 0))],
        Watches = [Watch("w0"), Watch("w1")],
        Final = [new("a", "a4", 4)],
        Allocations =
        [
            new(10, 20, Ending.Done, "h1", ["10.0.0.1", "10.0.0.2"]),
            new(50, 60, Ending.Done, "h2", ["10.0.0.1"]),
            new(70, long.MaxValue, Ending.Unknown, "h3", []),
        ],
        Releases = [new(30, 40, Ending.Done, "h1")],
        Books = new Dictionary<string, string> { ["10.0.0.1"] = "h2", ["10.0.0.7"] = "h3" },
    };

    [Fact]
    public void A_history_of_a_store_that_keeps_its_promises_has_no_fault() => Assert.Empty(HistoryCheck.Run(Good));

    [Fact]
    public void A_commit_whose_outcome_nobody_knows_may_as_well_not_have_taken_place() => Assert.Empty(HistoryCheck.Run(Good with
    {
        Commits = [.. Good.Commits.Take(4), new(80, 90, Ending.Done, [new("a", "a4", 2), new("b", null, 2)], 4)],
        Watches = [Watch("w0", without: 3), Watch("w1", without: 3)],
    }));

    [Fact]
    public void A_write_that_was_acknowledged_and_is_not_there_is_lost() => Found(
        "lost: a = a4 of revision 4 is not there in the end, but revision 2", Good with { Final = [new("a", "a2", 2)] });

    [Fact]
    public void A_write_that_vanished_from_store_and_watches_is_lost() => Found(
        "lost: c = c1 of revision 9", Good with { Commits = [.. Good.Commits, new(91, 92, Ending.Done, [new("c", "c1", 0)], 9)] });

    [Fact]
    public void A_swap_that_expected_an_older_revision_than_was_there_is_stale() => Found(
        "stale compare-and-swap: revision 4 of a expected revision 1, and 2 was there",
        WithLast(new(80, 90, Ending.Done, [new("a", "a4", 1), new("b", null, 3)], 4)));

    [Fact]
    public void Of_a_commit_without_an_answer_that_took_place_the_expectation_counts_too() => Found(
        "stale compare-and-swap: revision 3 of b expected revision 1, and 2 was there",
        Good with { Commits = [.. Good.Commits.Take(3), new(60, long.MaxValue, Ending.Unknown, [new("b", "b2", 1)], 0), Good.Commits[4]] });

    [Fact]
    public void A_commit_of_two_keys_that_did_one_is_half_done() => Found(
        "half done: the commit of revision 3 wrote c = c1",
        Good with { Commits = [.. Good.Commits.Take(3), new(60, long.MaxValue, Ending.Unknown, [new("b", "b2", 2), new("c", "c1", 0)], 0), Good.Commits[4]] });

    [Fact]
    public void A_commit_that_was_refused_and_took_place_is_found() => Found(
        "refused and done: b = b2", Good with { Commits = [.. Good.Commits.Take(3), new(60, 70, Ending.Refused, [new("b", "b2", 2)], 0), Good.Commits[4]] });

    [Fact]
    public void A_commit_that_took_place_twice_is_found() => Found(
        "doubled: a4 was written at revisions 4 and 5", Good with { Watches = [Watch("w0"), Watch("w1", and: new("a", "a4", 5))], Final = [new("a", "a4", 5)] });

    [Fact]
    public void A_commit_that_began_after_another_ended_and_has_an_older_revision_is_out_of_order() => Found(
        "out of order: a commit of revision 4 began after that of revision 7 had ended",
        Good with { Commits = [new(1, 5, Ending.Done, [new("c", "c1", 0)], 7), .. Good.Commits], });

    [Fact]
    public void A_read_that_does_not_see_what_was_acknowledged_before_it_is_stale() => Found(
        "stale read: a was read as of revision 1 after revision 4", Good with { Readings = [new(95, 96, new("a", "a1", 1))] });

    [Fact]
    public void A_read_that_finds_nothing_where_something_was_and_nobody_deleted_is_stale() => Found(
        "stale read: a was read as of revision 0", Good with { Readings = [new(95, 96, new("a", null, 0))] });

    [Fact]
    public void A_read_of_what_nobody_wrote_is_found() => Found("out of nothing: a was read as zzz", Good with { Readings = [new(95, 96, new("a", "zzz", 4))] });

    [Fact]
    public void Two_values_at_one_revision_are_found() => Found(
        "a at revision 2 is both", Good with { Readings = [new(55, 58, new("a", "a1", 2))] });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_change_that_one_watch_was_not_told_is_found(long revision) => Found(
        $"watch w1: revision {revision} of ", Good with { Watches = [Watch("w0"), Watch("w1", without: revision)] });

    [Fact]
    public void A_change_that_was_told_twice_or_late_is_found()
    {
        var events = Watch("w").Events;
        Found("watch w1: revision 4 of a was told twice", Good with { Watches = [Watch("w0"), new("w1", 0, [.. events, events[^2]], [])] });
        Found("watch w1: revision 1 was told after 4", Good with { Watches = [Watch("w0"), new("w1", 0, [.. events.Skip(1), events[0]], [])] });
        Found("watch w1: after revision 3: compacted", Good with { Watches = [Watch("w0"), Watch("w1") with { Problems = ["after revision 3: compacted"] }] });
    }

    [Fact]
    public void An_address_given_to_one_while_another_had_it_is_double() => Found(
        "double allocation: 10.0.0.1 was given to h2 while h1 had it", Good with { Releases = [new(61, 70, Ending.Done, "h1")] });

    [Fact]
    public void An_address_that_is_never_given_back_and_given_again_is_double_however_much_later() => Found(
        "double allocation: 10.0.0.1 was given to h4 while h2 had it",
        Good with { Allocations = [.. Good.Allocations, new(1000, 1001, Ending.Done, "h4", ["10.0.0.1"])] });

    [Fact]
    public void An_address_that_was_given_and_is_not_in_the_books_is_lost() => Found(
        "lost allocation: 10.0.0.1 was given to h2, and the books say nobody", Good with { Books = new Dictionary<string, string> { ["10.0.0.7"] = "h3" } });

    [Fact]
    public void An_address_that_was_given_back_and_is_in_the_books_is_found() => Found(
        "lost release: 10.0.0.2 was given back by h1", Good with { Books = new Dictionary<string, string>(Good.Books) { ["10.0.0.2"] = "h1" } });

    [Fact]
    public void An_owner_that_nobody_is_and_books_that_contradict_themselves_are_found()
    {
        Found("out of nothing: 10.0.0.9 is h9's", Good with { Books = new Dictionary<string, string>(Good.Books) { ["10.0.0.9"] = "h9" } });
        Found("books: a block overlaps another", Good with { BookFaults = ["a block overlaps another"] });
    }

    private static void Found(string fault, History history) =>
        Assert.Contains(HistoryCheck.Run(history), found => found.Contains(fault, StringComparison.Ordinal));

    private static History WithLast(Commit commit) => Good with { Commits = [.. Good.Commits.Take(4), commit] };

    private static Watch Watch(string name, long without = -1, KeyVersion? and = null)
    {
        KeyVersion[] all = [new("a", "a1", 1), new("a", "a2", 2), new("b", "b1", 2), new("b", "b2", 3), new("a", "a4", 4), new("b", null, 4), .. and is null ? [] : new[] { and }];
        return new(name, 0, [.. all.Where(change => change.Revision != without)], []);
    }
}
