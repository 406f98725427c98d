using System.Net;
using Calico.Bgp.Values;

namespace Calico.Bgp.Policy;

/// <summary>Decides route by route what is taken from a peer or told to it. Policies are values: equal ones change nothing.</summary>
public abstract record RoutePolicy
{
    private RoutePolicy() { }

    public static RoutePolicy AcceptAll { get; } = new Everything(Accept: true);

    public static RoutePolicy RejectAll { get; } = new Everything(Accept: false);

    internal abstract bool Accepts(Prefix prefix);

    /// <summary>The same answer for every route.</summary>
    public sealed record Everything(bool Accept) : RoutePolicy
    {
        internal override bool Accepts(Prefix prefix) => Accept;
    }

    /// <summary>The first rule that matches decides; what none matches gets <paramref name="Otherwise"/>.</summary>
    public sealed record Prefixes(ValueArray<PrefixRule> Rules, bool Otherwise) : RoutePolicy
    {
        internal override bool Accepts(Prefix prefix)
        {
            foreach (var rule in Rules.AsSpan())
            {
                if (rule.Matches(prefix))
                    return rule.Accept;
            }

            return Otherwise;
        }
    }
}

/// <summary>Matches prefixes inside <paramref name="Within"/> whose length lies in the given range.</summary>
public sealed record PrefixRule(IPNetwork Within, bool Accept)
{
    private readonly Prefix _within = new(Within);

    /// <summary>By default the length of <see cref="Within"/>.</summary>
    public int? MinLength { get; init; }

    /// <summary>By default the longest there is.</summary>
    public int? MaxLength { get; init; }

    internal bool Matches(Prefix prefix) =>
        _within.Covers(prefix) && prefix.Length >= (MinLength ?? 0) && prefix.Length <= (MaxLength ?? 128);
}
