using System.Collections.Immutable;
using Calico.Model.Hosts;
using Calico.Model.Resources.Specs;
using Calico.Model.Values;

namespace Calico.Dataplane.Firewall;

/// <summary>Makes the chains that policy needs, each once: one a policy and direction, and one or more a group of endpoints.</summary>
/// <remarks>
/// Endpoints with the same policies in the same order share a group, so that another endpoint of a known kind adds elements and no chain:
/// the kernel checks all chains of a table again when one gets a rule, but not when a set gets an element. A tier of few policies jumps to
/// their shared chains; one of many, or one that can be passed, has all its rules in a chain of its own, so that they coalesce.
/// </remarks>
internal sealed class ChainRendering(HostState host, IReadOnlyList<int> families, RenderCaches caches, ChangedRules changed)
{
    /// <summary>More jumps than this cost more than the rules in one coalesced chain.</summary>
    private const int MostJumps = 8;

    private const string Preview = "/preview";

    private static readonly object OneFamily4 = new(), OneFamily6 = new(), BothFamilies = new(), NoFamily = new();

    private readonly Dictionary<string, RenderedPart> _parts = [];

    /// <summary>Of the group in the making.</summary>
    private List<(string Name, RenderedPart Part)> _ofGroup = [];

    public IReadOnlyList<int> Families => families;

    /// <summary>All that was made or taken over, by name.</summary>
    public IReadOnlyDictionary<string, RenderedPart> Parts => _parts;

    /// <returns>The name of the group's first chain; it goes to a verdict or, without profiles, comes back undecided.</returns>
    public string Group(GroupShape shape)
    {
        if (caches.Groups.Current(shape) is { } current)
            return current.Name;

        var earlier = caches.Groups.Earlier(shape);
        return (earlier is not null && changed.LeaveAlone(earlier) ? TakeOver(shape, earlier) : Make(shape, earlier?.Name)).Name;
    }

    private RenderedGroup TakeOver(GroupShape shape, RenderedGroup earlier)
    {
        foreach (var (name, part) in earlier.Parts)
            _parts[name] = part;
        return caches.Groups.Add(shape, earlier);
    }

    /// <param name="shape">What it is made of.</param>
    /// <param name="known">Its name, a hash of its content, if that has been written out before.</param>
    private RenderedGroup Make(GroupShape shape, string? known)
    {
        var name = known ?? TableNames.Group(shape.IsIngress ? Direction.Out : Direction.In, shape.Content);
        _ofGroup = [];
        if (shape.Tiers.Any(tier => !ReferenceEquals(tier.Preview, tier.Policies)))
            Shadow(name, shape);
        RenderTiers(name, shape);
        ImmutableArray<RulesId> rules = [.. shape.Tiers.SelectMany(tier => tier.Policies.Concat(tier.Preview)), .. shape.Profiles ?? []];
        return caches.Groups.Add(shape, new(name, rules, _ofGroup));
    }

    private static string Step(string group, int index) => index == 0 ? group : $"{group}/{index}";

    /// <summary>A chain a tier, each going on to the next, as far as a packet can come; then one of the profiles.</summary>
    private void RenderTiers(string group, GroupShape shape)
    {
        var hasPreview = shape.Tiers.Any(tier => !ReferenceEquals(tier.Preview, tier.Policies));
        for (var i = 0; i < shape.Tiers.Count; i++)
        {
            var (tier, isFirst, next) = (shape.Tiers[i], i == 0, new Verdict.Goto(Step(group, i + 1)));
            var isEnd = shape.EndsTiers && tier.DefaultAction != RuleAction.Pass && tier.Policies.Count > 0;
            Part(Step(group, i), shape, tier.Policies, shape.Tiers, making =>
            {
                if (isFirst && hasPreview)
                    making.Rules.Add(new(new Verdict.Jump(group + Preview), []));
                making.Pass = next;
                AddPolicies(making, shape, tier.Policies);
                if (isEnd)
                    making.Deny($"tier/{tier.Name}", new(making.Direction, $"end of tier {tier.Name}"));
                else
                    making.Rules.Add(new(next, []));
            });
            if (isEnd && !CanPass(tier.Policies, shape.IsIngress))
                return;
        }

        RenderProfiles(group, shape);
    }

    /// <summary>All profiles in one chain, but where one of them can pass: Pass leaves it for the next profile, so each is a step then.</summary>
    private void RenderProfiles(string group, GroupShape shape)
    {
        var (step, together) = (shape.Tiers.Count, shape.Profiles ?? []);
        if (CanPass(together, shape.IsIngress))
        {
            foreach (var profile in together)
            {
                var next = new Verdict.Goto(Step(group, step + 1));
                Part(Step(group, step), shape, [profile], key: null, making =>
                {
                    making.Pass = next;
                    making.Add(profile, RulesOf(profile, shape.IsIngress), shape.Allow);
                    making.Rules.Add(new(next, []));
                });
                step++;
            }

            together = [];
        }

        Part(Step(group, step), shape, together, key: null, making =>
        {
            AddPolicies(making, shape, together);
            if (shape.Profiles is not null)
                making.Deny("no-profile", new(making.Direction, "no profile allowed it"));
        });
    }

    private bool CanPass(ValueList<RulesId> ids, bool ingress) => ids.Any(id => RulesOf(id, ingress)?.Any(rule => rule.Action == RuleAction.Pass) == true);

    private void AddPolicies(PartMaking making, GroupShape shape, ValueList<RulesId> ids)
    {
        var isFlat = ids.Count > MostJumps || shape.IsHost || CanPass(ids, shape.IsIngress);
        foreach (var id in ids)
        {
            if (isFlat)
                making.Add(id, RulesOf(id, shape.IsIngress), shape.Allow);
            else if (RulesOf(id, shape.IsIngress) is not { Count: 0 })
                making.Jump(id, Shared(id, shape));
        }
    }

    /// <summary>The chain of one policy or profile, which all groups share that come to it by a jump.</summary>
    private string Shared(RulesId id, GroupShape shape)
    {
        var name = TableNames.Rules(id, shape.IsIngress);
        Part(name, shape, [id], key: null, making => making.Add(id, RulesOf(id, shape.IsIngress), shape.Allow));
        return name;
    }

    /// <summary>What the tiers would do with the staged policies: packets they would deny are counted and told of, then all come back.</summary>
    private void Shadow(string group, GroupShape shape)
    {
        var quiet = shape with { Allow = new Verdict.Return() };
        for (var i = 0; i < shape.Tiers.Count; i++)
        {
            var (tier, next) = (shape.Tiers[i], new Verdict.Goto(Step(group, i + 1) + Preview));
            Part(Step(group, i) + Preview, quiet, tier.Preview, shape.Tiers, making =>
            {
                making.IsPreview = true;
                making.Pass = next;
                foreach (var id in tier.Preview)
                    making.Add(id, RulesOf(id, shape.IsIngress), quiet.Allow);
                if (shape.EndsTiers && tier.DefaultAction != RuleAction.Pass && tier.Preview.Count > 0)
                    making.Preview(tier.Preview.Where(id => id.IsStaged).Select(id => (RulesId?)id).LastOrDefault(), $"tier/{tier.Name}", $"end of tier {tier.Name}");
                else
                    making.Rules.Add(new(next, []));
            });
        }

        Part(Step(group, shape.Tiers.Count) + Preview, quiet, [], key: null, _ => { });
    }

    /// <param name="key">What else the chain is made of, beside the rules; one object for as long as it is the same.</param>
    private void Part(string name, GroupShape shape, ValueList<RulesId> ids, object? key, Action<PartMaking> make)
    {
        if (_parts.TryGetValue(name, out var made))
        {
            Take(made);
            return;
        }

        object?[] inputs = [FamilyMark(), host.Settings, key, .. ids.Select(id => host.Rules.GetValueOrDefault(id))];
        if (caches.Parts.Find(name, inputs) is { } known && caches.IsCurrent(host, known))
        {
            Take(known);
            return;
        }

        var making = new PartMaking(host, families, caches.Selected, shape);
        make(making);
        Add(caches.Parts.Add(name, inputs, making.Finish(name)));

        void Take(RenderedPart part)
        {
            Add(part);
            foreach (var id in part.Shared)
                Shared(id, shape);
        }

        void Add(RenderedPart part)
        {
            _parts[name] = part;
            _ofGroup.Add((name, part));
        }
    }

    private object FamilyMark() => families switch
    {
        [4] => OneFamily4,
        [6] => OneFamily6,
        [] => NoFamily,
        _ => BothFamilies,
    };

    private ValueList<HostRule>? RulesOf(RulesId id, bool ingress) =>
        host.Rules.TryGetValue(id, out var found) ? ingress ? found.Ingress : found.Egress : null;
}
