using System.Net;
using Calico.Bgp.Attributes;
using Calico.Bgp.Routes;
using Calico.Bgp.Values;

namespace Calico.Bgp.Policy;

/// <summary>Decides route by route what is taken from a peer or told to it. Policies are values: equal ones change nothing.</summary>
public abstract record RoutePolicy
{
    private RoutePolicy() { }

    public static RoutePolicy AcceptAll { get; } = new Everything(Accept: true);

    public static RoutePolicy RejectAll { get; } = new Everything(Accept: false);

    internal abstract PolicyVerdict Judge(in JudgedRoute route);

    /// <summary>Of a policy that looks at prefixes alone.</summary>
    internal bool Accepts(Prefix prefix) => Judge(new(prefix, null, RouteSource.Local, false)).Accepts;

    /// <summary>Makes the changes that a verdict asks for.</summary>
    internal virtual PathAttributes Change(PathAttributes attributes, ulong changes) => attributes;

    /// <summary>The same answer for every route.</summary>
    public sealed record Everything(bool Accept) : RoutePolicy
    {
        internal override PolicyVerdict Judge(in JudgedRoute route) => new(Accept);
    }

    /// <summary>The first rule that matches decides; what none matches gets <paramref name="Otherwise"/>.</summary>
    public sealed record Prefixes(ValueArray<PrefixRule> Rules, bool Otherwise) : RoutePolicy
    {
        internal override PolicyVerdict Judge(in JudgedRoute route)
        {
            foreach (var rule in Rules.AsSpan())
            {
                if (rule.Matches(route.Prefix))
                    return new(rule.Accept);
            }

            return new(Otherwise);
        }
    }

    /// <summary>
    /// Rules in order: one that matches changes the route if it says so, and accepts it, rejects it or passes it on to the next. What is decided by none
    /// gets <paramref name="Otherwise"/>. Rules see the route as it came: a change counts from the end on.
    /// </summary>
    /// <param name="Rules">At most 64 of them may change something.</param>
    public sealed record Ordered(ValueArray<PolicyRule> Rules, bool Otherwise) : RoutePolicy
    {
        private const int MostChanges = 64; // a bit each

        private readonly ValueArray<RouteActions> _changes = Rules.Count(rule => rule.Set is not null) <= MostChanges
            ? Rules.Select(rule => rule.Set).OfType<RouteActions>().ToValueArray()
            : throw new ArgumentException($"a policy has more than {MostChanges} rules that change routes: make it shorter");

        internal override PolicyVerdict Judge(in JudgedRoute route)
        {
            var (changes, next) = (0UL, 1UL);
            foreach (var rule in Rules.AsSpan())
            {
                var bit = rule.Set is null ? 0 : next;
                next <<= rule.Set is null ? 0 : 1;
                if (!rule.Match.Matches(route))
                    continue;

                changes |= bit;
                if (rule.Action != PolicyAction.Continue)
                    return new(rule.Action == PolicyAction.Accept, changes);
            }

            return new(Otherwise, changes);
        }

        internal override PathAttributes Change(PathAttributes attributes, ulong changes)
        {
            for (var i = 0; i < _changes.Count; i++)
            {
                if ((changes & (1UL << i)) != 0)
                    attributes = _changes[i].Apply(attributes);
            }

            return attributes;
        }
    }
}

/// <summary>What a policy says of a route.</summary>
/// <param name="Changes">Which changes of the policy it asks for, a bit each; 0: it stays as it is.</param>
internal readonly record struct PolicyVerdict(bool Accepts, ulong Changes = 0);

/// <summary>A route as a policy sees it.</summary>
/// <param name="Attributes">Null where only the prefix is asked about.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="PeerIsInternal">The peer whose policy it is, not that which the route came from.</param>
/// <param name="InterfaceOf">The interface that leads to a next hop; null where nobody knows.</param>
internal readonly record struct JudgedRoute(
    Prefix Prefix, PathAttributes? Attributes, RouteSource Source, bool PeerIsInternal, Func<IPAddress, string?>? InterfaceOf = null);

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
