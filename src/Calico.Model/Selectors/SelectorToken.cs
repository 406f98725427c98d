namespace Calico.Model.Selectors;

/// <param name="Kind">What it is.</param>
/// <param name="Text">A label's name or a string's content; empty for the rest.</param>
/// <param name="Position">Where it starts, from 0.</param>
internal readonly record struct SelectorToken(SelectorTokenKind Kind, string Text, int Position);

internal enum SelectorTokenKind
{
    End,
    Label,
    String,
    OpenBrace,
    CloseBrace,
    Comma,
    Equal,
    NotEqual,
    In,
    NotIn,
    Contains,
    StartsWith,
    EndsWith,
    Not,
    And,
    Or,
    OpenParenthesis,
    CloseParenthesis,
    All,
    Global,
    Has,
}

/// <summary>Raised inside the parser only; <see cref="Selector.TryParse"/> makes a message of it.</summary>
internal sealed class SelectorSyntaxException(string message, int position) : Exception(message)
{
    /// <summary>Of the character at fault, from 0.</summary>
    public int Position => position;
}
