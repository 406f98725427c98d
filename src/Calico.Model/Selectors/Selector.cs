using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Calico.Model.Values;

namespace Calico.Model.Selectors;

/// <summary>A parsed selector: a claim about labels, such as <c>role == "web" &amp;&amp; !has(test)</c>.</summary>
/// <remarks>
/// The language is Calico's. Immutable; two selectors are equal when their canonical texts are.
/// An empty or blank text selects everything, like <c>all()</c>.
/// </remarks>
public sealed class Selector : IEquatable<Selector>
{
    private readonly SelectorNode _root;
    private readonly SelectorTest _first;
    private string? _text;
    private string? _id;

    private Selector(SelectorNode root) => (_root, _first) = (root, SelectorLayout.Of(root));

    /// <summary>Stands alone as a rule's <c>namespaceSelector</c>, where it means what has no namespace; elsewhere it selects everything.</summary>
    public bool IsGlobal => _root is SelectorNode.Global;

    public static Selector All { get; } = new(new SelectorNode.All());

    /// <summary>The canonical form: one text for all ways of writing the same selector.</summary>
    public string Text => _text ??= Write(_root);

    /// <summary><c>s:</c> and the base64url of the SHA-224 of <c>s:</c> and the canonical text, as Calico names a selector.</summary>
    public string Id => _id ??= SelectorId.Of(Text);

    /// <summary>What the selector asks of single labels; a necessary condition, good for an index.</summary>
    public IReadOnlyDictionary<string, LabelRestriction> Restrictions => field ??= LabelRestrictions.Of(_root);

    /// <summary>The labels that it speaks of, each once, in its own order.</summary>
    public IReadOnlyList<string> MentionedLabels => field ??= [.. _root.MentionedLabels.Distinct(StringComparer.Ordinal)];

    /// <exception cref="FormatException">Not a selector; the message says what was expected and where.</exception>
    public static Selector Parse(string? text) => TryParse(text, out var selector, out var error) ? selector : throw new FormatException(error);

    /// <param name="text">Null, empty and blank mean <c>all()</c>.</param>
    /// <param name="selector">The selector, if the text is one.</param>
    /// <param name="error">Otherwise what was expected and at which character, the first being 1.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Selector? selector, [NotNullWhen(false)] out string? error)
    {
        try
        {
            selector = new(SelectorParser.Parse(text ?? ""));
            error = null;
            return true;
        }
        catch (SelectorSyntaxException e)
        {
            selector = null;
            error = $"bad selector '{text}': {e.Message} at character {e.Position + 1}";
            return false;
        }
    }

    /// <summary>Selects what all of them select.</summary>
    public static Selector And(params ReadOnlySpan<Selector> selectors)
    {
        if (selectors.Length == 1)
            return selectors[0];

        var operands = new SelectorNode[selectors.Length];
        for (var i = 0; i < operands.Length; i++)
            operands[i] = selectors[i]._root;
        return new(new SelectorNode.And(operands));
    }

    /// <summary>The same selector about labels whose names start with the prefix: <c>a == "b"</c> becomes <c>pcns.a == "b"</c>.</summary>
    public Selector WithPrefix(string prefix) => new(_root.WithPrefix(prefix));

    /// <summary>The same selector with a narrower meaning for each <c>all()</c> in it.</summary>
    public Selector WithAllMeaning(Selector meaning) => new(_root.WithAllMeaning(meaning._root));

    /// <summary>Selects what this one does not.</summary>
    public Selector Negated() => new(SelectorNode.Negate(_root));

    /// <remarks>Compiled without guesses as to which kind of test comes first: it is another for each selector.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Matches(Labels labels) => _first.Matches(labels);

    public bool Equals(Selector? other) => other is not null && Text == other.Text;

    public override bool Equals(object? obj) => Equals(obj as Selector);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    private static string Write(SelectorNode root)
    {
        var text = new StringBuilder();
        root.Write(text);
        return text.ToString();
    }
}
