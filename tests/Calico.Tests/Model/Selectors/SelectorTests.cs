using System.Text;
using Calico.Model.Selectors;
using Calico.Model.Values;
using FsCheck;
using FsCheck.Fluent;

namespace Calico.Tests.Model.Selectors;

public sealed class SelectorTests
{
    [Theory]
    [InlineData("", "all()")]
    [InlineData("  \t", "all()")]
    [InlineData("a=='b'", "a == \"b\"")]
    [InlineData("!!!has( a )", "!has(a)")]
    [InlineData("a in {}", "a in {}")]
    [InlineData("a notin {'b',}", "a not in {\"b\"}")]
    [InlineData("in in {'in'} && contains contains\"x\"", "(in in {\"in\"} && contains contains \"x\")")]
    [InlineData("a == 'b' && (c == 'd' || !d ends  with 'e')", "(a == \"b\" && (c == \"d\" || !d ends with \"e\"))")]
    public void A_selector_has_one_canonical_text(string text, string expected)
    {
        var selector = Selector.Parse(text);

        Assert.Equal(expected, selector.Text);
        Assert.Equal(selector, Selector.Parse(selector.Text));
    }

    [Theory]
    [InlineData("a == b", "expected string", 6)]
    [InlineData("a = 'b'", "expected ==", 3)]
    [InlineData("a == 'b", "unterminated string", 6)]
    [InlineData("a == 'b' & c", "expected &&", 10)]
    [InlineData("a == 'b' | c", "expected ||", 10)]
    [InlineData("has (a)", "expected operator after label", 5)]
    [InlineData("has(a", "no closing ')' after has(", 6)]
    [InlineData("(has(a)", "expected )", 8)]
    [InlineData("a in {'b' 'c'}", "expected }", 11)]
    [InlineData("a in 'b'", "expected set literal", 6)]
    [InlineData("a inx {'b'}", "expected operator after label", 3)]
    [InlineData("has(a) has(b)", "unexpected content at end of selector", 8)]
    [InlineData("has(a) &&\nhas(b)", "unexpected line break", 10)]
    [InlineData("has(a) &&", "unexpected end of selector", 10)]
    public void An_error_says_what_was_expected_and_where(string text, string complaint, int character)
    {
        Assert.False(Selector.TryParse(text, out _, out var error));

        Assert.Contains(complaint, error, StringComparison.Ordinal);
        Assert.EndsWith($"at character {character}", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_of_512_characters_is_taken_and_one_of_513_is_not()
    {
        Assert.True(Selector.TryParse($"has({new string('a', 512)})", out _, out _));
        Assert.False(Selector.TryParse($"has({new string('a', 513)})", out _, out var error));
        Assert.Contains("label too long", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Parentheses_without_end_are_an_error_and_not_the_end_of_the_process() =>
        Assert.False(Selector.TryParse(new string('(', 1_000_000), out _, out _));

    [Theory]
    [InlineData("a != 'b'", true)]
    [InlineData("a not in {'b'}", true)]
    [InlineData("!(a == 'b')", true)]
    [InlineData("a contains ''", false)]
    [InlineData("a in {}", false)]
    [InlineData("a not in {}", true)]
    [InlineData("all()", true)]
    [InlineData("global()", true)]
    public void Only_negations_hold_of_a_label_that_is_absent(string text, bool expected) =>
        Assert.Equal(expected, Selector.Parse(text).Matches(Labels.Empty));

    [Fact]
    public void The_id_is_Calicos() => Assert.Equal("s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug", Selector.All.Id);

    /// <summary>FIPS 180-4's examples of one block and two, and the length where the padding needs a block of its own.</summary>
    [Theory]
    [InlineData("abc", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525")]
    public void Sha224_gives_the_standards_examples(string message, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(SelectorId.Sha224(Encoding.ASCII.GetBytes(message))));

    [Fact]
    public void Joined_selectors_match_what_all_of_them_match()
    {
        var joined = Selector.And(Selector.Parse("a == 'b'"), Selector.Parse("has(c)"));

        Assert.Equal("(a == \"b\" && has(c))", joined.Text);
        Assert.True(joined.Matches(Labels.Empty.With("a", "b").With("c", "")));
        Assert.False(joined.Matches(Labels.Empty.With("a", "b")));
        Assert.Equal("!(a == \"b\" && has(c))", joined.Negated().Text);
    }

    [Fact]
    public void Any_text_is_a_selector_or_an_error_and_a_selector_reads_back_as_itself()
    {
        var pieces = Gen.Elements("a", "b.c/d", "==", "!=", "in", "not in", "contains", "starts with", "'x'", "\"y\"", "{", "}", ",", "(", ")",
            "&&", "||", "!", "has(a)", "all()", "global()", " ", "\t", "\n", "%", "has(", "'");
        Prop.ForAll(pieces.ListOf().Select(parts => string.Join(' ', parts)).ToArbitrary(), text =>
            !Selector.TryParse(text, out var selector, out _) || Selector.Parse(selector.Text).Text == selector.Text)
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void However_tests_are_joined_a_selector_means_what_the_logic_says()
    {
        var labels = Gen.Elements("a", "b", "c").ListOf(3).SelectMany(names => Gen.Elements("1", "2", "12").ListOf(3).Select(values =>
            names.Zip(values).Aggregate(Labels.Empty, (all, pair) => all.With(pair.First, pair.Second))));
        Prop.ForAll(Claims(depth: 4).ToArbitrary(), labels.ToArbitrary(), (claim, given) => Selector.Parse(claim.Text).Matches(given) == claim.Holds(given))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    /// <summary>Selectors with what they mean.</summary>
    private static Gen<(string Text, Func<Labels, bool> Holds)> Claims(int depth)
    {
        var one = Gen.Elements("a", "b", "c").SelectMany(label => Gen.Elements("1", "2", "12", "").SelectMany(value => Gen.Elements<(string, Func<Labels, bool>)>(
            ($"{label} == '{value}'", labels => labels.GetValueOrDefault(label) == value),
            ($"{label} != '{value}'", labels => labels.GetValueOrDefault(label) != value),
            ($"has({label})", labels => labels.ContainsKey(label)),
            ($"{label} in {{'{value}', '1'}}", labels => labels.TryGetValue(label, out var actual) && (actual == value || actual == "1")),
            ($"{label} not in {{'{value}', '1'}}", labels => !(labels.TryGetValue(label, out var actual) && (actual == value || actual == "1"))),
            ($"{label} starts with '{value}'", labels => labels.TryGetValue(label, out var actual) && actual.StartsWith(value, StringComparison.Ordinal)),
            ($"{label} ends with '{value}'", labels => labels.TryGetValue(label, out var actual) && actual.EndsWith(value, StringComparison.Ordinal)),
            ($"{label} contains '{value}'", labels => labels.TryGetValue(label, out var actual) && actual.Contains(value, StringComparison.Ordinal)))));
        if (depth == 0)
            return one;

        var inner = Claims(depth - 1);
        return Gen.OneOf(
            one,
            inner.Select(claim => ($"!({claim.Text})", (Func<Labels, bool>)(labels => !claim.Holds(labels)))),
            inner.ListOf(3).Select(claims => ($"({string.Join(" && ", claims.Select(claim => claim.Text))})", (Func<Labels, bool>)(labels => claims.All(claim => claim.Holds(labels))))),
            inner.ListOf(3).Select(claims => ($"({string.Join(" || ", claims.Select(claim => claim.Text))})", (Func<Labels, bool>)(labels => claims.Any(claim => claim.Holds(labels))))));
    }
}
