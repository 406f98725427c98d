using Calico.Model.Values;

namespace Calico.Model.Selectors;

/// <summary>Lays a syntax tree out as tests that lead to one another.</summary>
internal static class SelectorLayout
{
    /// <summary>The first test of a selector.</summary>
    public static SelectorTest Of(SelectorNode root) => Of(root, SelectorTest.Yes, SelectorTest.No);

    /// <param name="node">What is asked.</param>
    /// <param name="yes">What follows if it is so.</param>
    /// <param name="no">What follows if not.</param>
    private static SelectorTest Of(SelectorNode node, SelectorTest yes, SelectorTest no) => node switch
    {
        SelectorNode.Has(var label) => Test(label, new Present(), yes, no),
        SelectorNode.Equal(var label, var value) => Test(label, new EqualTo(value), yes, no),
        SelectorNode.NotEqual(var label, var value) => Test(label, new EqualTo(value), no, yes),
        SelectorNode.In(var label, var values, false) => OneOf(label, values, yes, no),
        SelectorNode.In(var label, var values, _) => OneOf(label, values, no, yes),
        SelectorNode.Holds(var label, Place.Anywhere, var value) => Test(label, new Containing(value), yes, no),
        SelectorNode.Holds(var label, Place.Start, var value) => Test(label, new StartingWith(value), yes, no),
        SelectorNode.Holds(var label, _, var value) => Test(label, new EndingWith(value), yes, no),
        SelectorNode.Not(var operand) => Of(operand, no, yes),
        SelectorNode.And(var operands) => operands.Reverse().Aggregate(yes, (next, operand) => Of(operand, next, no)),
        SelectorNode.Or(var operands) => Gather(operands).Reverse().Aggregate(no, (next, operand) => Of(operand, yes, next)),
        _ => yes, // all() and global()
    };

    private static SelectorTest OneOf(string label, string[] values, SelectorTest yes, SelectorTest no) =>
        values.Length > OneOfFew.Most ? Test(label, new OneOfMany(values), yes, no) : Test(label, new OneOfFew(values), yes, no);

    private static SelectorTest<TTest> Test<TTest>(string label, TTest test, SelectorTest yes, SelectorTest no)
        where TTest : struct, IValueTest => new(new LabelName(label), test, yes, no);

    /// <summary>Alternatives with the values of one label together, for which it is then looked up once.</summary>
    private static IEnumerable<SelectorNode> Gather(SelectorNode[] operands) => operands
        .GroupBy(node => node is SelectorNode.Equal(var label, _) ? (object)label : node)
        .Select(group => group.Key is not string label || group.Count() == 1
            ? group.First()
            : new SelectorNode.In(label, [.. group.Cast<SelectorNode.Equal>().Select(equal => equal.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], Negated: false));
}
