namespace Calico.Model.Selectors;

/// <summary>What must be so of one label for a selector to match; other things may have to be so too.</summary>
public sealed record LabelRestriction
{
    public bool MustBePresent { get; init; }

    public bool MustBeAbsent { get; init; }

    /// <summary>Null: any value. Empty: the selector never matches.</summary>
    public IReadOnlySet<string>? MustHaveOneOf { get; init; }
}

/// <summary>Derives the restrictions of a syntax tree.</summary>
internal static class LabelRestrictions
{
    private static readonly Dictionary<string, LabelRestriction> None = [];

    public static Dictionary<string, LabelRestriction> Of(SelectorNode node) => node switch
    {
        SelectorNode.Has has => One(has.Label, new() { MustBePresent = true }),
        SelectorNode.Equal equal => One(equal.Label, Values([equal.Value])),
        SelectorNode.Holds part => One(part.Label, new() { MustBePresent = true }),
        SelectorNode.In { Negated: false } set => One(set.Label, Values(set.Values)),
        SelectorNode.Not(SelectorNode.Has absent) => One(absent.Label, new() { MustBeAbsent = true }),
        SelectorNode.And and => and.Operands.Select(Of).Aggregate(Both),
        SelectorNode.Or or => or.Operands.Select(Of).Aggregate(Either),
        _ => None,
    };

    private static Dictionary<string, LabelRestriction> One(string label, LabelRestriction restriction) => new() { [label] = restriction };

    private static LabelRestriction Values(string[] values) =>
        new() { MustBePresent = true, MustHaveOneOf = values.ToHashSet(StringComparer.Ordinal) };

    private static Dictionary<string, LabelRestriction> Both(Dictionary<string, LabelRestriction> left, Dictionary<string, LabelRestriction> right)
    {
        var both = new Dictionary<string, LabelRestriction>(left);
        foreach (var (label, restriction) in right)
            both[label] = left.TryGetValue(label, out var other) ? Both(other, restriction) : restriction;
        return both;
    }

    private static LabelRestriction Both(LabelRestriction left, LabelRestriction right) => new()
    {
        MustBePresent = left.MustBePresent || right.MustBePresent,
        MustBeAbsent = left.MustBeAbsent || right.MustBeAbsent,
        MustHaveOneOf = (left.MustHaveOneOf, right.MustHaveOneOf) switch
        {
            ({ } a, { } b) => a.Intersect(b).ToHashSet(StringComparer.Ordinal),
            var (a, b) => a ?? b,
        },
    };

    private static Dictionary<string, LabelRestriction> Either(Dictionary<string, LabelRestriction> left, Dictionary<string, LabelRestriction> right)
    {
        var either = new Dictionary<string, LabelRestriction>();
        foreach (var (label, restriction) in left)
        {
            if (right.TryGetValue(label, out var other) && Either(restriction, other) is { } shared)
                either[label] = shared;
        }

        return either;
    }

    private static LabelRestriction? Either(LabelRestriction left, LabelRestriction right)
    {
        var present = left.MustBePresent && right.MustBePresent;
        var absent = left.MustBeAbsent && right.MustBeAbsent;
        return !present && !absent ? null : new()
        {
            MustBePresent = present,
            MustBeAbsent = absent,
            MustHaveOneOf = left.MustHaveOneOf is { } a && right.MustHaveOneOf is { } b ? a.Union(b).ToHashSet(StringComparer.Ordinal) : null,
        };
    }
}
