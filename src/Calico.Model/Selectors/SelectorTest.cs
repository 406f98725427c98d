using System.Runtime.CompilerServices;
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
    private readonly bool _isYes;

    private SelectorTest(bool isEnd, bool isYes) => (_isEnd, _isYes) = (isEnd, isYes);

    protected SelectorTest()
        : this(isEnd: false, isYes: false)
    {
    }

    /// <summary>Where the walk ends.</summary>
    public static SelectorTest Yes { get; } = new End(isYes: true);

    /// <inheritdoc cref="Yes"/>
    public static SelectorTest No { get; } = new End(isYes: false);

    /// <summary>The walk from this test on.</summary>
    public abstract bool Matches(Labels labels);

    /// <summary>The test that follows for these labels.</summary>
    protected abstract SelectorTest Next(Labels labels);

    /// <summary>Most selectors are one test: what walks on is not in their way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static bool MatchesFrom(SelectorTest next, Labels labels) => next._isEnd ? next._isYes : Walk(next, labels);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Walk(SelectorTest test, Labels labels)
    {
        do
            test = test.Next(labels);
        while (!test._isEnd);
        return test._isYes;
    }

    private sealed class End(bool isYes) : SelectorTest(isEnd: true, isYes)
    {
        private readonly bool _matches = isYes;

        public override bool Matches(Labels labels) => _matches;

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
    public override bool Matches(Labels labels) => MatchesFrom(Next(labels), labels);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected override SelectorTest Next(Labels labels) => labels.Find(name) is { } value && test.Holds(value) ? then : otherwise;
}
