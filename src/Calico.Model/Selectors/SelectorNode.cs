using System.Text;

namespace Calico.Model.Selectors;

/// <summary>A selector's syntax tree. Each node writes itself; <see cref="SelectorTest"/> evaluates it.</summary>
internal abstract record SelectorNode
{
    private SelectorNode()
    {
    }

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
        public override void Write(StringBuilder text) => text.Append("all()");

        public override SelectorNode WithAllMeaning(SelectorNode meaning) => meaning;

        public override SelectorNode WithPrefix(string prefix) => this;
    }

    /// <summary><c>global()</c>: matches everything; only the field it stands in gives it a meaning.</summary>
    internal sealed record Global : SelectorNode
    {
        public override void Write(StringBuilder text) => text.Append("global()");

        public override SelectorNode WithPrefix(string prefix) => this;
    }

    internal sealed record Has(string Label) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => [Label];

        public override void Write(StringBuilder text) => text.Append("has(").Append(Label).Append(')');

        public override SelectorNode WithPrefix(string prefix) => new Has(prefix + Label);
    }

    internal sealed record Equal(string Label, string Value) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => [Label];

        public override void Write(StringBuilder text) => text.Append(Label).Append(" == ").Append(Quote(Value));

        public override SelectorNode WithPrefix(string prefix) => this with { Label = prefix + Label };
    }

    /// <summary>True also where the label is absent.</summary>
    internal sealed record NotEqual(string Label, string Value) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => [Label];

        public override void Write(StringBuilder text) => text.Append(Label).Append(" != ").Append(Quote(Value));

        public override SelectorNode WithPrefix(string prefix) => this with { Label = prefix + Label };
    }

    /// <summary>Of a value that is a part of the label's.</summary>
    internal sealed record Holds(string Label, Place Place, string Value) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => [Label];

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

        public override void Write(StringBuilder text) =>
            text.Append(Label).Append(Negated ? " not in {" : " in {").AppendJoin(", ", Values.Select(Quote)).Append('}');

        public override SelectorNode WithPrefix(string prefix) => this with { Label = prefix + Label };
    }

    internal sealed record Not(SelectorNode Operand) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => Operand.MentionedLabels;

        public override void Write(StringBuilder text) => Operand.Write(text.Append('!'));

        public override SelectorNode WithPrefix(string prefix) => new Not(Operand.WithPrefix(prefix));

        public override SelectorNode WithAllMeaning(SelectorNode meaning) => Negate(Operand.WithAllMeaning(meaning));
    }

    internal sealed record And(SelectorNode[] Operands) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => Operands.SelectMany(operand => operand.MentionedLabels);

        public override void Write(StringBuilder text) => WriteGroup(text, Operands, " && ");

        public override SelectorNode WithPrefix(string prefix) => new And([.. Operands.Select(operand => operand.WithPrefix(prefix))]);

        public override SelectorNode WithAllMeaning(SelectorNode meaning) =>
            new And([.. Operands.Select(operand => operand.WithAllMeaning(meaning))]);
    }

    internal sealed record Or(SelectorNode[] Operands) : SelectorNode
    {
        public override IEnumerable<string> MentionedLabels => Operands.SelectMany(operand => operand.MentionedLabels);

        public override void Write(StringBuilder text) => WriteGroup(text, Operands, " || ");

        public override SelectorNode WithPrefix(string prefix) => new Or([.. Operands.Select(operand => operand.WithPrefix(prefix))]);

        public override SelectorNode WithAllMeaning(SelectorNode meaning) =>
            new Or([.. Operands.Select(operand => operand.WithAllMeaning(meaning))]);
    }

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
