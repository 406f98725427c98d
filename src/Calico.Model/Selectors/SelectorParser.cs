namespace Calico.Model.Selectors;

/// <summary>Recursive descent over the tokens: <c>||</c> binds loosest, then <c>&amp;&amp;</c>, then <c>!</c>.</summary>
internal ref struct SelectorParser
{
    /// <summary>Far more than anyone writes, and far less than the stack holds.</summary>
    private const int MaxDepth = 256;

    private SelectorScanner _scanner;
    private SelectorToken _token;
    private int _depth;

    private SelectorParser(string text)
    {
        _scanner = new(text);
        _token = _scanner.Next();
    }

    /// <exception cref="SelectorSyntaxException">Not a selector.</exception>
    public static SelectorNode Parse(string text)
    {
        var parser = new SelectorParser(text);
        if (parser._token.Kind == SelectorTokenKind.End)
            return new SelectorNode.All();

        var root = parser.ParseOr();
        return parser._token.Kind == SelectorTokenKind.End ? root : throw parser.Unexpected("unexpected content at end of selector");
    }

    private SelectorNode ParseOr()
    {
        var operands = new List<SelectorNode> { ParseAnd() };
        while (TryTake(SelectorTokenKind.Or))
            operands.Add(ParseAnd());
        return operands.Count == 1 ? operands[0] : new SelectorNode.Or([.. operands]);
    }

    private SelectorNode ParseAnd()
    {
        var operands = new List<SelectorNode> { ParseOperation() };
        while (TryTake(SelectorTokenKind.And))
            operands.Add(ParseOperation());
        return operands.Count == 1 ? operands[0] : new SelectorNode.And([.. operands]);
    }

    private SelectorNode ParseOperation()
    {
        var negated = false;
        while (TryTake(SelectorTokenKind.Not))
            negated = !negated;

        var operand = ParseOperand();
        return negated ? SelectorNode.Negate(operand) : operand;
    }

    private SelectorNode ParseOperand()
    {
        var token = _token;
        switch (token.Kind)
        {
            case SelectorTokenKind.All:
                Take();
                return new SelectorNode.All();
            case SelectorTokenKind.Global:
                Take();
                return new SelectorNode.Global();
            case SelectorTokenKind.Has:
                Take();
                return new SelectorNode.Has(token.Text);
            case SelectorTokenKind.Label:
                Take();
                return ParseComparison(token.Text);
            case SelectorTokenKind.OpenParenthesis:
                return ParseGroup();
            case SelectorTokenKind.End:
                throw Unexpected("unexpected end of selector, expected a label, has(), all(), global(), ! or (");
            default:
                throw Unexpected("expected a label, has(), all(), global(), ! or (");
        }
    }

    private SelectorNode ParseGroup()
    {
        if (++_depth > MaxDepth)
            throw Unexpected($"more than {MaxDepth} parentheses inside each other");

        Take();
        var inner = ParseOr();
        _depth--;
        return TryTake(SelectorTokenKind.CloseParenthesis) ? inner : throw Unexpected("expected )");
    }

    private SelectorNode ParseComparison(string label)
    {
        var @operator = _token.Kind;
        switch (@operator)
        {
            case SelectorTokenKind.Equal: return new SelectorNode.Equal(label, TakeValue());
            case SelectorTokenKind.NotEqual: return new SelectorNode.NotEqual(label, TakeValue());
            case SelectorTokenKind.Contains: return new SelectorNode.Holds(label, Place.Anywhere, TakeValue());
            case SelectorTokenKind.StartsWith: return new SelectorNode.Holds(label, Place.Start, TakeValue());
            case SelectorTokenKind.EndsWith: return new SelectorNode.Holds(label, Place.End, TakeValue());
            case SelectorTokenKind.In or SelectorTokenKind.NotIn:
                Take();
                return new SelectorNode.In(label, ParseSet(), Negated: @operator == SelectorTokenKind.NotIn);
            default:
                throw Unexpected("expected operator after label");
        }
    }

    /// <summary>What stands behind the operator.</summary>
    private string TakeValue()
    {
        Take();
        return TakeString();
    }

    private string[] ParseSet()
    {
        if (!TryTake(SelectorTokenKind.OpenBrace))
            throw Unexpected("expected set literal");

        var values = new SortedSet<string>(StringComparer.Ordinal);
        while (_token.Kind != SelectorTokenKind.CloseBrace)
        {
            values.Add(TakeString());
            if (!TryTake(SelectorTokenKind.Comma) && _token.Kind != SelectorTokenKind.CloseBrace)
                throw Unexpected("expected }");
        }

        Take();
        return [.. values];
    }

    private string TakeString()
    {
        if (_token.Kind != SelectorTokenKind.String)
            throw Unexpected("expected string");

        var content = _token.Text;
        Take();
        return content;
    }

    private bool TryTake(SelectorTokenKind kind)
    {
        if (_token.Kind != kind)
            return false;

        Take();
        return true;
    }

    private void Take() => _token = _scanner.Next();

    private readonly SelectorSyntaxException Unexpected(string message) => new(message, _token.Position);
}
