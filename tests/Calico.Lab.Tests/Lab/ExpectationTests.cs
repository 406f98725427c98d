using Calico.Lab.Demo;

namespace Calico.Lab.Tests.Lab;

/// <summary>What the demo takes for shown, and what not.</summary>
public sealed class ExpectationTests
{
    [Theory]
    [InlineData("one\n  two  \nthree\n", true)]
    [InlineData("one\ntwo and more\n", false)]
    [InlineData("two\ntwo\n", false)]
    [InlineData("", false)]
    public void A_line_is_shown_once_and_as_a_whole(string output, bool shown) => Assert.Equal(shown, Expectation.Line("two", "the line").Holds(output));

    [Theory]
    [InlineData("default via 169.254.1.1 dev cali0 \n169.254.1.1 dev cali0 scope link \n", true)]
    [InlineData("169.254.1.1 dev cali0 scope link\ndefault via 169.254.1.1 dev cali0\n", false)]
    [InlineData("default via 169.254.1.1 dev cali0\n169.254.1.1 dev cali0 scope link\n172.18.0.0/16 dev eth0\n", false)]
    public void Exactly_means_these_lines_in_this_order_and_no_other(string output, bool shown) =>
        Assert.Equal(shown, Expectation.Exactly("default via 169.254.1.1 dev cali0", "169.254.1.1 dev cali0 scope link").Holds(output));

    [Fact]
    public void What_must_not_be_there_is_looked_for_in_every_line()
    {
        var none = Expectation.NoLine("cali.*", "no interface");

        Assert.True(none.Holds("lo\nens32\n"));
        Assert.False(none.Holds("lo\ncali0123456789a@if3\n"));
    }
}
