using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Calico.Model.Values;

namespace Calico.Model.Selectors;

/// <summary>One test of one label, and which test comes next when it holds and when it does not: a selector laid out for evaluation.</summary>
/// <remarks>
/// <c>&amp;&amp;</c>, <c>||</c> and <c>!</c> are in where the tests lead and cost nothing, so that evaluation is a walk: a look-up and a
/// comparison a step, without a call between them.
/// <code>
///  (a == "1" || b == "2") &amp;&amp; !has(c)      a == "1" ─yes─┬─► has(c) ─yes─► No
///                                           │no        │       └─no──► Yes
///                                           └► b == "2" ─yes─┘
///                                                └─no─► No
/// </code>
/// </remarks>
internal sealed class SelectorTest
{
    /// <summary>More values than this are searched by halves; to compare fewer is quicker, for most differ in length or first character.</summary>
    private const int MostInTurn = 8;

    private const int HeadLength = sizeof(ulong) / sizeof(char);

    private static readonly SelectorTest Yes = new(Asks.Nothing, "", [], null, null), No = new(Asks.Nothing, "", [], null, null);

    private readonly Asks _asks;
    private readonly string _label;
    private readonly string _value;
    private readonly string[] _values;
    private readonly ulong[] _sketches;
    private readonly int _least; // so long is a text whose head can be compared
    private readonly ulong _head; // of the value, with zeros for what it is short of
    private readonly ulong _headMask;
    private readonly SelectorTest _then;
    private readonly SelectorTest _otherwise;

    private SelectorTest(Asks asks, string label, string[] values, SelectorTest? then, SelectorTest? otherwise)
    {
        (_asks, _label, _values) = (asks, CommonText.Of(label), Array.ConvertAll(values, value => CommonText.Of(value)));
        _value = _values is [var first, ..] ? first : "";
        _least = Math.Max(HeadLength, _value.Length);
        _sketches = Array.ConvertAll(_values, Sketch);
        _head = Head(_value.PadRight(HeadLength, '\0'));
        _headMask = Head(new string('\uffff', Math.Min(HeadLength, _value.Length)).PadRight(HeadLength, '\0'));
        (_then, _otherwise) = (then ?? this, otherwise ?? this);
    }

    private enum Asks
    {
        Nothing,
        Presence,
        Equality,
        OneOfFew,
        OneOfMany,
        Part,
        Start,
        End,
    }

    /// <summary>The first test of a selector.</summary>
    public static SelectorTest Of(SelectorNode root) => Of(root, Yes, No);

    public bool Matches(Labels labels)
    {
        var test = this;
        while (test._asks != Asks.Nothing)
        {
            var holds = labels.Find(test._label) is { } actual && test._asks switch
            {
                Asks.Equality => IsSame(test._value, actual),
                Asks.Start => test.IsBegun(actual),
                Asks.OneOfFew => test.IsOneOf(actual),
                Asks.Presence => true,
                _ => test.Holds(actual),
            };
            test = holds ? test._then : test._otherwise;
        }

        return ReferenceEquals(test, Yes);
    }

    private bool Holds(string actual) => _asks switch
    {
        Asks.OneOfMany => Array.BinarySearch(_values, actual, StringComparer.Ordinal) >= 0,
        Asks.Part => actual.Contains(_value, StringComparison.Ordinal),
        Asks.End => actual.AsSpan().EndsWith(_value),
        _ => true,
    };

    /// <summary>Four characters are compared at once: most texts differ by then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsBegun(string actual) => actual.Length < _least
        ? actual.AsSpan().StartsWith(_value)
        : (Head(actual) & _headMask) == _head && (_value.Length <= HeadLength || actual.AsSpan(HeadLength).StartsWith(_value.AsSpan(HeadLength)));

    /// <summary>The first four characters, of texts that have so many.</summary>
    private static ulong Head(string text) => MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(text.AsSpan()));

    private bool IsOneOf(string actual)
    {
        var sketch = Sketch(actual);
        for (var i = 0; i < _sketches.Length; i++)
        {
            if (_sketches[i] == sketch && (actual.Length <= 2 || IsSame(_values[i], actual)))
                return true;
        }

        return false;
    }

    /// <summary>Length, first and last character: the whole of a text of two, and mostly enough to tell others apart.</summary>
    private static ulong Sketch(string text) => text.Length == 0 ? 0 : (ulong)text.Length << 32 | (uint)text[0] << 16 | text[^1];

    /// <summary>Most that differ do so before a comparison of all their characters has to be called.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSame(string value, string actual) => ReferenceEquals(value, actual) || IsSame(value, actual.AsSpan());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSame(string value, ReadOnlySpan<char> actual) =>
        value.Length == actual.Length && (value.Length == 0 || (value[0] == actual[0] && value[^1] == actual[^1] && value.AsSpan().SequenceEqual(actual)));

    /// <param name="node">What is asked.</param>
    /// <param name="yes">What follows if it is so.</param>
    /// <param name="no">What follows if not.</param>
    private static SelectorTest Of(SelectorNode node, SelectorTest yes, SelectorTest no) => node switch
    {
        SelectorNode.Has(var label) => new(Asks.Presence, label, [], yes, no),
        SelectorNode.Equal(var label, var value) => new(Asks.Equality, label, [value], yes, no),
        SelectorNode.NotEqual(var label, var value) => new(Asks.Equality, label, [value], no, yes),
        SelectorNode.In(var label, var values, var negated) =>
            new(values.Length > MostInTurn ? Asks.OneOfMany : Asks.OneOfFew, label, values, negated ? no : yes, negated ? yes : no),
        SelectorNode.Holds(var label, var place, var value) => new(Of(place), label, [value], yes, no),
        SelectorNode.Not(var operand) => Of(operand, no, yes),
        SelectorNode.And(var operands) => operands.Reverse().Aggregate(yes, (next, operand) => Of(operand, next, no)),
        SelectorNode.Or(var operands) => Gather(operands).Reverse().Aggregate(no, (next, operand) => Of(operand, yes, next)),
        _ => yes, // all() and global()
    };

    private static Asks Of(Place place) => place switch
    {
        Place.Anywhere => Asks.Part,
        Place.Start => Asks.Start,
        _ => Asks.End,
    };

    /// <summary>Alternatives with the values of one label together, for which it is then looked up once.</summary>
    private static IEnumerable<SelectorNode> Gather(SelectorNode[] operands) => operands
        .GroupBy(node => node is SelectorNode.Equal(var label, _) ? (object)label : node)
        .Select(group => group.Key is not string label || group.Count() == 1
            ? group.First()
            : new SelectorNode.In(label, [.. group.Cast<SelectorNode.Equal>().Select(equal => equal.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], Negated: false));
}
