using Calico.Dataplane;
using Calico.Tests.Support;

namespace Calico.Tests.Dataplane;

/// <summary>What is wrong for a moment is not worth a word; what lasts is told once, and that it is over.</summary>
public sealed class LastingProblemsTests
{
    private readonly SettableTime _time = new();

    [Fact]
    public void What_is_over_in_a_moment_is_never_told_nor_that_it_is_over()
    {
        var lasting = new LastingProblems(_time);

        Assert.Empty(lasting.Take(["no interface"]).ToTell);
        Assert.Equal(LastingProblems.Patience, lasting.Left);
        _time.Advance(LastingProblems.Patience / 2);

        Assert.False(lasting.Take([]).IsOver);
        Assert.Null(lasting.Left);
    }

    [Fact]
    public void What_lasts_is_told_once_and_its_end_when_nothing_else_is_wrong()
    {
        var lasting = new LastingProblems(_time);
        lasting.Take(["one", "two"]);
        _time.Advance(LastingProblems.Patience);

        Assert.Equal(["one", "two"], lasting.Take(["one", "two", "new"]).ToTell);
        Assert.Empty(lasting.Take(["one", "new"]).ToTell);
        Assert.Equal(LastingProblems.Patience, lasting.Left);
        Assert.True(lasting.Take([]).IsOver);
        Assert.False(lasting.Take([]).IsOver);
    }

    [Fact]
    public void What_was_told_at_once_is_not_told_again_but_its_end_is()
    {
        var lasting = new LastingProblems(_time);
        lasting.Told("the kernel is silent");

        Assert.Null(lasting.Left);
        Assert.True(lasting.Take([]).IsOver);
    }

    [Fact]
    public void What_comes_back_is_another()
    {
        var lasting = new LastingProblems(_time);
        lasting.Take(["one"]);
        _time.Advance(LastingProblems.Patience);
        Assert.Equal(["one"], lasting.Take(["one"]).ToTell);
        lasting.Take([]);

        Assert.Empty(lasting.Take(["one"]).ToTell);
        _time.Advance(LastingProblems.Patience);
        Assert.Equal(["one"], lasting.Take(["one"]).ToTell);
    }
}
