using System.Text.Json;
using Calico.Model.Selectors;
using Calico.Model.Values;
using Calico.Tests.Support;

namespace Calico.Tests.Model.Selectors;

/// <summary>Cases from Calico's own tests of its selectors.</summary>
public sealed class SelectorVectorTests
{
    /// <summary>Kinds of tokens by the numbers that the cases use.</summary>
    private static readonly Dictionary<int, SelectorTokenKind> Kinds = new()
    {
        [1] = SelectorTokenKind.Label,
        [2] = SelectorTokenKind.String,
        [3] = SelectorTokenKind.OpenBrace,
        [4] = SelectorTokenKind.CloseBrace,
        [5] = SelectorTokenKind.Comma,
        [6] = SelectorTokenKind.Equal,
        [7] = SelectorTokenKind.NotEqual,
        [8] = SelectorTokenKind.In,
        [9] = SelectorTokenKind.Not,
        [10] = SelectorTokenKind.NotIn,
        [11] = SelectorTokenKind.Contains,
        [12] = SelectorTokenKind.StartsWith,
        [13] = SelectorTokenKind.EndsWith,
        [14] = SelectorTokenKind.All,
        [15] = SelectorTokenKind.Has,
        [18] = SelectorTokenKind.And,
        [19] = SelectorTokenKind.Or,
        [20] = SelectorTokenKind.Global,
        [21] = SelectorTokenKind.End,
    };

    public static TheoryData<string> Cases => [.. File.ReadLines(Path.Combine(Repository.Root, "tests/Calico.Tests/Vectors/selectors.jsonl")).Distinct()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Selectors_behave_as_Calicos_do(string line)
    {
        var row = JsonDocument.Parse(line).RootElement;
        var text = row.GetProperty("selector").GetString() ?? "";
        var expected = row.GetProperty("expected");
        switch (row.GetProperty("check").GetString())
        {
            case "match":
                Assert.Equal(expected.GetBoolean(), Selector.Parse(text).Matches(ReadLabels(row)));
                break;
            case "parse":
                Assert.False(Selector.TryParse(text, out _, out _));
                break;
            case "canonical":
                Assert.Equal(expected.GetString(), Selector.Parse(text).Text);
                break;
            case "prefix_visitor":
                Assert.Equal(expected.GetString(), Selector.Parse(text).WithPrefix(row.GetProperty("prefix").GetString() ?? "").Text);
                break;
            case "tokens":
                CheckTokens(text, expected);
                break;
            case "label_restrictions":
                CheckRestrictions(text, expected);
                break;
            case var unknown:
                Assert.Fail($"no test for cases of kind {unknown}");
                break;
        }
    }

    private static Labels ReadLabels(JsonElement row) =>
        new(row.GetProperty("labels").EnumerateObject().Select(label => KeyValuePair.Create(label.Name, label.Value.GetString() ?? "")));

    private static void CheckTokens(string text, JsonElement expected)
    {
        if (expected.ValueKind == JsonValueKind.String)
        {
            Assert.Throws<SelectorSyntaxException>(() => Scan(text));
            return;
        }

        Assert.Equal(
            expected.EnumerateArray().Select(token => (Kinds[token[0].GetInt32()], token[1].GetString() ?? "")),
            Scan(text).Select(token => (token.Kind, token.Text)));
    }

    private static List<SelectorToken> Scan(string text)
    {
        var scanner = new SelectorScanner(text);
        var tokens = new List<SelectorToken>();
        do
        {
            tokens.Add(scanner.Next());
        }
        while (tokens[^1].Kind != SelectorTokenKind.End);
        return tokens;
    }

    private static void CheckRestrictions(string text, JsonElement expected)
    {
        var actual = Selector.Parse(text).Restrictions;
        var wanted = expected.ValueKind == JsonValueKind.Null ? [] : expected.EnumerateObject().ToDictionary(label => label.Name, label => label.Value);

        Assert.Equal(wanted.Keys.Order(), actual.Keys.Order());
        foreach (var (label, restriction) in wanted)
        {
            Assert.Equal(restriction.TryGetProperty("MustBePresent", out _), actual[label].MustBePresent);
            Assert.Equal(restriction.TryGetProperty("MustBeAbsent", out _), actual[label].MustBeAbsent);
            Assert.Equal(
                restriction.TryGetProperty("MustHaveOneOfValues", out var values) ? values.EnumerateArray().Select(value => value.GetString()) : null,
                actual[label].MustHaveOneOf?.Order());
        }
    }
}
