using System.Buffers;

namespace Calico.Model.Selectors;

/// <summary>Cuts a selector's text into tokens.</summary>
/// <remarks>
/// White space is space and tab only. The operator words (<c>in</c>, <c>contains</c>, …) are words only straight after a label, so that
/// labels may bear these names too; <c>has(</c>, <c>all(</c> and <c>global(</c> are written in one.
/// </remarks>
internal ref struct SelectorScanner(string text)
{
    private const int MaxLabelLength = 512;

    private static readonly SearchValues<char> LabelCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-");

    /// <summary>Each is one word or two; between two there may be white space or none.</summary>
    private static readonly (string First, string Second, SelectorTokenKind Kind)[] OperatorWords =
    [
        ("contains", "", SelectorTokenKind.Contains),
        ("starts", "with", SelectorTokenKind.StartsWith),
        ("ends", "with", SelectorTokenKind.EndsWith),
        ("not", "in", SelectorTokenKind.NotIn),
        ("in", "", SelectorTokenKind.In),
    ];

    private static readonly (string Sign, SelectorTokenKind Kind)[] Signs =
    [
        ("==", SelectorTokenKind.Equal),
        ("!=", SelectorTokenKind.NotEqual),
        ("&&", SelectorTokenKind.And),
        ("||", SelectorTokenKind.Or),
        ("!", SelectorTokenKind.Not),
        ("(", SelectorTokenKind.OpenParenthesis),
        (")", SelectorTokenKind.CloseParenthesis),
        ("{", SelectorTokenKind.OpenBrace),
        ("}", SelectorTokenKind.CloseBrace),
        (",", SelectorTokenKind.Comma),
    ];

    private int _position;
    private bool _afterLabel;

    /// <exception cref="SelectorSyntaxException">No token starts here.</exception>
    public SelectorToken Next()
    {
        SkipBlanks();
        var start = _position;
        var token = Scan(start);
        _afterLabel = token.Kind == SelectorTokenKind.Label;
        return token;
    }

    private SelectorToken Scan(int start)
    {
        if (start == text.Length)
            return new(SelectorTokenKind.End, "", start);
        if (_afterLabel && TryOperatorWord(out var word))
            return new(word, "", start);
        if (text[start] is '"' or '\'')
            return new(SelectorTokenKind.String, ReadString(text[start]), start);
        if (TrySkip("has("))
            return new(SelectorTokenKind.Has, ReadHas(), start);
        if (TrySkip("all("))
            return new(SelectorTokenKind.All, ReadClosing("all("), start);
        if (TrySkip("global("))
            return new(SelectorTokenKind.Global, ReadClosing("global("), start);
        if (LabelCharacters.Contains(text[start]))
            return new(SelectorTokenKind.Label, ReadLabel(), start);

        foreach (var (sign, kind) in Signs)
        {
            if (TrySkip(sign))
                return new(kind, "", start);
        }

        throw new SelectorSyntaxException(Complaint(start), start);
    }

    private readonly string Complaint(int start) => text[start] switch
    {
        '=' => "expected ==",
        '&' => "expected &&",
        '|' => "expected ||",
        '\n' or '\r' => "unexpected line break",
        var other => $"unexpected '{other}'",
    };

    private bool TryOperatorWord(out SelectorTokenKind kind)
    {
        foreach (var (first, second, found) in OperatorWords)
        {
            kind = found;
            var start = _position;
            if (TrySkip(first))
            {
                if (second.Length > 0)
                    SkipBlanks();
                if (TrySkip(second) && !AtWordCharacter())
                    return true;
            }

            _position = start;
        }

        kind = default;
        return false;
    }

    private readonly bool AtWordCharacter() => _position < text.Length && (char.IsAsciiLetterOrDigit(text[_position]) || text[_position] == '_');

    private string ReadString(char quote)
    {
        var close = text.IndexOf(quote, _position + 1);
        if (close < 0)
            throw new SelectorSyntaxException("unterminated string", _position);

        var content = text[(_position + 1)..close];
        _position = close + 1;
        return content;
    }

    private string ReadHas()
    {
        SkipBlanks();
        var label = ReadLabel();
        return label.Length == 0 ? throw new SelectorSyntaxException("expected a label after has(", _position) : label + ReadClosing("has(");
    }

    private string ReadLabel()
    {
        var rest = text.AsSpan(_position);
        var length = rest.IndexOfAnyExcept(LabelCharacters);
        if (length < 0)
            length = rest.Length;
        if (length > MaxLabelLength)
            throw new SelectorSyntaxException($"label too long ({length} characters, at most {MaxLabelLength})", _position);

        _position += length;
        return rest[..length].ToString();
    }

    private string ReadClosing(string opening)
    {
        SkipBlanks();
        return TrySkip(")") ? "" : throw new SelectorSyntaxException($"no closing ')' after {opening}", _position);
    }

    private bool TrySkip(string expected)
    {
        if (!text.AsSpan(_position).StartsWith(expected, StringComparison.Ordinal))
            return false;

        _position += expected.Length;
        return true;
    }

    private void SkipBlanks()
    {
        while (_position < text.Length && text[_position] is ' ' or '\t')
            _position++;
    }
}
