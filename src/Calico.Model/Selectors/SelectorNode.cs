using System.Text;
using Calico.Model.Values;

namespace Calico.Model.Selectors;

/// <summary>A selector's syntax tree. Each node evaluates and writes itself.</summary>
internal abstract record SelectorNode
{
    /// <summary>More values than this are searched by halves; to compare fewer is quicker, for most differ in length.</summary>
    private const int MostInTurn = 8;

    private SelectorNode()
    {
    }

    public abstract bool Matches(Labels labels);

    /// <summary>The labels it looks at.</summary>
    public virtual IEnumerable<string> MentionedLabels => [];

    /// <summary>Appends the canonical form.</summary>
    public abstract void Write(StringBuilder text);

    public abstract SelectorNode WithPrefix(string prefix);

    public virtual SelectorNode WithAllMeaning(SelectorNode meaning) => this;

    /// <summary>Two negations cancel out.</summary>
    public static SelectorNode Negate(SelectorNode operand) => operand is Not(var inner) ? inner : new Not(operand);

    /// <summary>Double quotes unless the value holds one; the language has no escapes.</summary>
    private static string Quote(string value) => value.Contains('"', StringComparison.Ordinal) ? $"'{value}'" : $"\"{value}\"";

    internal sealed record All : SelectorNode
    {
        public override bool Matches(Labels labels) => true;

        public override void Write(StringBuilder text) => text.Append("all()");

        public override SelectorNode WithAllMeaning(SelectorNode meaning) => meaning;

        public override SelectorNode WithPrefix(string prefix) => this;
    }

    /// <summary><c>global()</c>: matches everything; only the field it stands in gives it a meaning.</summary>
    internal sealed record Global : SelectorNode
    {
        public override bool Matches(Labels labels) => true;

        public override void Write(StringBuilder text) => text.Append("global()");

        public override SelectorNode WithPrefix(string prefix) => this;
    }

    internal sealed record Has(string Label) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => [Label];

        public override bool Matches(Labels labels) => labels.ContainsKey(Label);

        public override void Write(StringBuilder text) => text.Append("has(").Append(Label).Append(')');

        public override SelectorNode WithPrefix(string prefix) => new Has(prefix + Label);
    }

    internal sealed record Equal(string Label, string Value) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => [Label];

        public override bool Matches(Labels labels) => labels.TryGetValue(Label, out var actual) && actual == Value;

        public override void Write(StringBuilder text) => text.Append(Label).Append(" == ").Append(Quote(Value));

        public override SelectorNode WithPrefix(string prefix) => this with { Label = prefix + Label };
    }

    /// <summary>True also where the label is absent.</summary>
    internal sealed record NotEqual(string Label, string Value) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => [Label];

        public override bool Matches(Labels labels) => !labels.TryGetValue(Label, out var actual) || actual != Value;

        public override void Write(StringBuilder text) => text.Append(Label).Append(" != ").Append(Quote(Value));

        public override SelectorNode WithPrefix(string prefix) => this with { Label = prefix + Label };
    }

    /// <summary>Of a value that is a part of the label's.</summary>
    internal sealed record Holds(string Label, Place Place, string Value) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => [Label];

        public override bool Matches(Labels labels) => labels.TryGetValue(Label, out var actual) && Place switch
        {
            Place.Anywhere => actual.Contains(Value, StringComparison.Ordinal),
            Place.Start => actual.StartsWith(Value, StringComparison.Ordinal),
            _ => actual.EndsWith(Value, StringComparison.Ordinal),
        };

        public override void Write(StringBuilder text) => text.Append(Label).Append(Place switch
        {
            Place.Anywhere => " contains ",
            Place.Start => " starts with ",
            _ => " ends with ",
        }).Append(Quote(Value));

        public override SelectorNode WithPrefix(string prefix) => this with { Label = prefix + Label };
    }

    /// <param name="Label">The label.</param>
    /// <param name="Values">Sorted, each once.</param>
    /// <param name="Negated"><c>not in</c>: true also where the label is absent.</param>
    internal sealed record In(string Label, string[] Values, bool Negated) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => [Label];

        public override bool Matches(Labels labels) => (labels.TryGetValue(Label, out var actual) && IsOneOf(actual)) != Negated;

        public override void Write(StringBuilder text) =>
            text.Append(Label).Append(Negated ? " not in {" : " in {").AppendJoin(", ", Values.Select(Quote)).Append('}');

        public override SelectorNode WithPrefix(string prefix) => this with { Label = prefix + Label };

        private bool IsOneOf(string actual)
        {
            if (Values.Length > MostInTurn)
                return Array.BinarySearch(Values, actual, StringComparer.Ordinal) >= 0;

            foreach (var value in Values)
            {
                if (value == actual)
                    return true;
            }

            return false;
        }
    }

    internal sealed record Not(SelectorNode Operand) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => Operand.MentionedLabels;

        public override bool Matches(Labels labels) => !Operand.Matches(labels);

        public override void Write(StringBuilder text) => Operand.Write(text.Append('!'));

        public override SelectorNode WithPrefix(string prefix) => new Not(Operand.WithPrefix(prefix));

        public override SelectorNode WithAllMeaning(SelectorNode meaning) => Negate(Operand.WithAllMeaning(meaning));
    }

    internal sealed record And(SelectorNode[] Operands) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => Operands.SelectMany(operand => operand.MentionedLabels);

        public override bool Matches(Labels labels)
        {
            foreach (var operand in Operands)
            {
                if (!operand.Matches(labels))
                    return false;
            }

            return true;
        }

        public override void Write(StringBuilder text) => WriteGroup(text, Operands, " && ");

        public override SelectorNode WithPrefix(string prefix) => new And([.. Operands.Select(operand => operand.WithPrefix(prefix))]);

        public override SelectorNode WithAllMeaning(SelectorNode meaning) =>
            new And([.. Operands.Select(operand => operand.WithAllMeaning(meaning))]);
    }

    internal sealed record Or(SelectorNode[] Operands) : SelectorNode
    {
        /// <summary>What is asked: values of one label together, for which it is looked up once.</summary>
        private readonly SelectorNode[] _asked = Gather(Operands);

        public override IEnumerable<string> MentionedLabels => Operands.SelectMany(operand => operand.MentionedLabels);

        public override bool Matches(Labels labels)
        {
            foreach (var node in _asked)
            {
                if (node.Matches(labels))
                    return true;
            }

            return false;
        }

        public override void Write(StringBuilder text) => WriteGroup(text, Operands, " || ");

        public override SelectorNode WithPrefix(string prefix) => new Or([.. Operands.Select(operand => operand.WithPrefix(prefix))]);

        public override SelectorNode WithAllMeaning(SelectorNode meaning) =>
            new Or([.. Operands.Select(operand => operand.WithAllMeaning(meaning))]);
    }

    private static SelectorNode[] Gather(SelectorNode[] operands) =>
    [
        .. operands.Where(node => node is not Equal),
        .. operands.OfType<Equal>().GroupBy(equal => equal.Label, StringComparer.Ordinal).Select(group => group.ToList() is [var only]
            ? (SelectorNode)only
            : new In(group.Key, [.. group.Select(equal => equal.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], Negated: false)),
    ];

    private static void WriteGroup(StringBuilder text, SelectorNode[] operands, string separator)
    {
        text.Append('(');
        for (var i = 0; i < operands.Length; i++)
        {
            if (i > 0)
                text.Append(separator);
            operands[i].Write(text);
        }

        text.Append(')');
    }
}

internal enum Place
{
    Anywhere,
    Start,
    End,
}
