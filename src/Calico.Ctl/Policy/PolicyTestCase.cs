using System.Globalization;
using Calico.Ctl.Input;
using Calico.Model.Selectors;
using Calico.Model.Values;

namespace Calico.Ctl.Policy;

/// <summary>One expectation of a file of policy tests.</summary>
internal sealed record PolicyTestCase
{
    /// <summary>As given, or what it asks.</summary>
    public required string Name { get; init; }

    /// <summary>File and line.</summary>
    public required string Place { get; init; }

    public required TestSide From { get; init; }

    public required TestSide To { get; init; }

    /// <summary>One for each port.</summary>
    public required IReadOnlyList<FlowQuestion> Questions { get; init; }

    public required bool IsAllowed { get; init; }

    /// <summary>The rule that must decide, as messages name it; null: any.</summary>
    public string? Rule { get; init; }

    public static PolicyTestCase Read(Fields fields, Func<string, string> place)
    {
        var (from, to) = (TestSide.Read(fields, "from"), TestSide.Read(fields, "to"));
        var questions = ReadQuestions(fields);
        var expect = fields.Text("expect");
        if (expect is not ("allow" or "deny"))
            fields.Wrong("expect", expect, "expected allow or deny");

        var test = new PolicyTestCase
        {
            Name = fields.Text("name") ?? $"{from} -> {to} {string.Join(", ", questions)}: {expect}",
            Place = place(fields.Path),
            From = from,
            To = to,
            Questions = questions,
            IsAllowed = expect == "allow",
            Rule = fields.Text("rule"),
        };
        fields.End();
        return test;
    }

    private static IReadOnlyList<FlowQuestion> ReadQuestions(Fields fields)
    {
        var protocol = fields.Parsed<Protocol>(
            "protocol", text => FlowQuestion.TryProtocol(text, out var known) ? known : null, "TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number from 1 to 255");
        var ports = (fields.AllParsed<ushort>("port", Port, "a port from 1 to 65535") ?? [])
            .Concat(fields.AllParsed<ushort>("ports", Port, "a port from 1 to 65535") ?? [])
            .ToList();
        if (ports.Count == 0 && protocol is { HasPorts: true })
            fields.Wrong("port", value: null, $"is required with protocol {protocol}");
        if (ports.Count > 0 && protocol is { HasPorts: false })
            fields.Wrong("port", value: null, $"means nothing with protocol {protocol}");

        var question = new FlowQuestion
        {
            Protocol = protocol ?? (ports.Count > 0 ? Model.Values.Protocol.Tcp : null),
            SourcePort = fields.Parsed<ushort>("sourcePort", Port, "a port from 1 to 65535"),
            IcmpType = fields.Parsed<byte>("icmpType", Octet, "a number from 0 to 255"),
            IcmpCode = fields.Parsed<byte>("icmpCode", Octet, "a number from 0 to 255") ?? 0,
            IpVersion = fields.Parsed<int>("ipVersion", text => text is "4" or "6" ? text[0] - '0' : null, "4 or 6"),
        };
        return ports.Count == 0 ? [question] : [.. ports.Select(port => question with { Port = port })];
    }

    private static ushort? Port(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? port : null;

    private static byte? Octet(string text) => byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var octet) ? octet : null;
}

/// <summary>One side of a test: names, or a selector of endpoints.</summary>
internal sealed record TestSide(IReadOnlyList<string> Names, Selector? Selector)
{
    public static TestSide Read(Fields fields, string name)
    {
        if (fields.Inner(name) is { } inner)
        {
            var text = inner.Text("selector");
            inner.End();
            if (Selector.TryParse(text, out var selector, out var error))
                return new([], selector);

            inner.Wrong("selector", value: null, error);
            return new([], Selector: null);
        }

        var names = fields.Texts(name) ?? [];
        if (names.Count == 0)
            fields.Wrong(name, value: null, "is required: a name, an address, a list of them, or {selector: …}");
        return new(names, Selector: null);
    }

    public override string ToString() => Selector?.ToString() ?? string.Join(", ", Names);
}
