using Calico.Model.Hosts;
using Calico.Netlink.Nftables;
using Calico.Netlink.Nftables.Expressions;

namespace Calico.Dataplane.Paths;

/// <summary>Follows a packet through a table of somebody else's, as far as its rules are understood.</summary>
/// <remarks>
/// A rule with a part that is not understood may match or not: what it would do is possible, and what follows it is no longer certain.
/// nftables' own rules and those of iptables over nftables are read alike.
/// </remarks>
internal sealed class ForeignRules(IReadOnlyList<Chain> chains, ILookup<string, Rule> rules, PathPacket packet)
{
    private const int MaxDepth = 16; // NFT_JUMP_STACK_SIZE

    private readonly List<PathFinding> _findings = [];
    private bool _isCertain = true;

    /// <summary>What the table's chains at the hook do to the packet; empty if they let it go on.</summary>
    public IReadOnlyList<PathFinding> At(Hook hook)
    {
        foreach (var chain in chains.Where(chain => chain.Hook is { Kind: ChainHook.Filter } at && at.Hook == hook).OrderBy(chain => chain.Hook?.Priority))
        {
            if (Walk(chain, depth: 0) is VerdictCode.Continue or VerdictCode.Return && chain.Hook is { Drops: true })
                Drop($"the policy of {chain} is drop");
            if (_findings.Exists(finding => finding.Effect == PathEffect.Stops))
                break;
        }

        return _findings;
    }

    /// <returns>How the chain ends for the packet: Accept, Drop, or Continue where it comes to its end.</returns>
    private VerdictCode Walk(Chain chain, int depth)
    {
        if (depth > MaxDepth)
            return VerdictCode.Continue;

        foreach (var rule in rules[chain.Name])
        {
            var (matches, verdict) = Try(rule);
            if (matches == Likeness.No || verdict is null)
                continue;

            var wasCertain = _isCertain;
            _isCertain &= matches == Likeness.Yes;
            var end = Follow(rule, verdict, depth);
            if (matches == Likeness.Yes && end != VerdictCode.Continue)
                return end;

            // It may have matched: had it let the packet go or taken it elsewhere, nothing behind it would be certain.
            _isCertain = wasCertain && (matches == Likeness.Yes || end is VerdictCode.Continue or VerdictCode.Drop);
        }

        return VerdictCode.Continue;
    }

    private VerdictCode Follow(Rule rule, Verdict verdict, int depth)
    {
        switch (verdict.Code)
        {
            case VerdictCode.Drop:
                Drop($"a rule of {rule.Table} {rule.Chain} drops it (handle {rule.Handle}{(rule.Comment is { } comment ? $", \"{comment}\"" : "")})");
                return VerdictCode.Drop;
            case VerdictCode.Jump or VerdictCode.Goto when chains.FirstOrDefault(chain => chain.Name == verdict.Chain) is { } target:
                var end = Walk(target, depth + 1);
                return verdict.Code == VerdictCode.Goto && end == VerdictCode.Continue ? VerdictCode.Return : end == VerdictCode.Return ? VerdictCode.Continue : end;
            case VerdictCode.Accept or VerdictCode.Return:
                return verdict.Code;
            default:
                return VerdictCode.Continue;
        }
    }

    private void Drop(string text) => _findings.Add(new(text, _isCertain ? PathEffect.Stops : PathEffect.MayStop));

    private (Likeness Matches, Verdict? Verdict) Try(Rule rule)
    {
        var registers = new Dictionary<int, byte[]?>();
        var matches = Likeness.Yes;
        foreach (var expression in rule.Expressions)
        {
            switch (expression)
            {
                case Load load:
                    registers[load.Destination.Slot] = packet.Value(load);
                    break;
                case Bitwise bitwise:
                    registers[bitwise.Destination.Slot] = registers.GetValueOrDefault(bitwise.Source.Slot) is { } loaded ? Masked(loaded, bitwise) : null;
                    break;
                case Compare compare when registers.GetValueOrDefault(compare.Source.Slot) is { } value:
                    if (!Holds(value, compare))
                        return (Likeness.No, null);
                    break;
                case Counter or Log:
                    break;
                case Reject:
                    return (matches, Verdict.Drop);
                case Verdict verdict:
                    return (matches, verdict);
                default:
                    matches = Likeness.Maybe;
                    break;
            }
        }

        return (matches, null);
    }

    private static byte[] Masked(byte[] value, Bitwise bitwise)
    {
        var mask = bitwise.Mask.Bytes;
        var xor = bitwise.Xor.Bytes;
        var masked = new byte[Math.Min(value.Length, mask.Length)];
        for (var i = 0; i < masked.Length; i++)
            masked[i] = (byte)((value[i] & mask[i]) ^ (i < xor.Length ? xor[i] : 0));
        return masked;
    }

    private static bool Holds(byte[] value, Compare compare)
    {
        var order = value.AsSpan(0, Math.Min(value.Length, compare.Value.Bytes.Length)).SequenceCompareTo(compare.Value.Bytes);
        return compare.Comparison switch
        {
            Comparison.Equal => order == 0,
            Comparison.NotEqual => order != 0,
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private enum Likeness
    {
        No,
        Maybe,
        Yes,
    }
}
