using Calico.Model.Values;

namespace Calico.Model.Selectors;

/// <summary>A selector laid out for evaluation: one test of one label, and which test comes next when it holds and when it does not.</summary>
/// <remarks>
/// <c>&amp;&amp;</c>, <c>||</c> and <c>!</c> are in where the tests lead and cost nothing, so that evaluation is a walk: a look-up and a
/// comparison a step. A walk and no recursion, for a selector may have as many terms as its writer likes.
/// <code>
///  (a == "1" || b == "2") &amp;&amp; !has(c)      a == "1" ─yes─┬─► has(c) ─yes─► No
///                                           │no        │       └─no──► Yes
///                                           └► b == "2" ─yes─┘
///                                                └─no─► No
/// </code>
/// </remarks>
internal abstract class SelectorTest
{
    private readonly bool _isEnd;

    private SelectorTest(bool isEnd) => _isEnd = isEnd;

    protected SelectorTest()
        : this(isEnd: false)
    {
    }

    /// <summary>Where the walk ends.</summary>
    public static SelectorTest Yes { get; } = new End();

    /// <inheritdoc cref="Yes"/>
    public static SelectorTest No { get; } = new End();

    public bool Matches(Labels labels)
    {
        var test = this;
        while (!test._isEnd)
            test = test.Next(labels);
        return ReferenceEquals(test, Yes);
    }

    /// <summary>The test that follows for these labels.</summary>
    protected abstract SelectorTest Next(Labels labels);

    private sealed class End() : SelectorTest(isEnd: true)
    {
        protected override SelectorTest Next(Labels labels) => this;
    }
}

/// <param name="name">The label that is looked at.</param>
/// <param name="test">What its value is asked; a struct, so that each kind has a walk compiled for it.</param>
/// <param name="then">What follows when the label is there and its value passes.</param>
/// <param name="otherwise">What follows when not.</param>
internal sealed class SelectorTest<TTest>(LabelName name, TTest test, SelectorTest then, SelectorTest otherwise) : SelectorTest
    where TTest : struct, IValueTest
{
    protected override SelectorTest Next(Labels labels) => labels.Find(name) is { } value && test.Holds(value) ? then : otherwise;
}
