using Calico.Netlink.Wire;

namespace Calico.Netlink.Nftables;

/// <summary>Commands that the kernel carries out all together or not at all, in order. Sent by <see cref="NftSocket.Commit"/>.</summary>
/// <remarks>Adding what is there already and is the same is no error; deleting what is not there is. Not thread-safe.</remarks>
public sealed class NftBatch
{
    private readonly RequestBuffer _requests = new(64 * 1024);
    private readonly List<(string Verb, object Subject)> _commands = [];
    private uint _setIds;

    /// <summary>How many messages it will be; a large change of elements is several.</summary>
    public int Count => _commands.Count;

    internal ReadOnlySpan<byte> Written => _requests.Written;

    public void Clear()
    {
        _requests.Clear();
        _commands.Clear();
    }

    public void AddTable(Table table)
    {
        TableMessage.Add(_requests, table);
        Note("add table", table);
    }

    /// <summary>With all that is in it.</summary>
    public void DeleteTable(Table table)
    {
        TableMessage.Remove(_requests, table);
        Note("delete table", table);
    }

    /// <summary>Adds a chain, or changes the policy of one that is there.</summary>
    public void AddChain(Chain chain)
    {
        ChainMessage.Add(_requests, chain);
        Note("add chain", chain);
    }

    /// <summary>With its rules. It must not be jumped to any longer.</summary>
    public void DeleteChain(Chain chain)
    {
        ChainMessage.Remove(_requests, chain);
        Note("delete chain", chain);
    }

    /// <summary>Deletes all rules of a chain.</summary>
    public void FlushChain(Chain chain)
    {
        RuleMessage.Remove(_requests, chain.Table, chain.Name, 0);
        Note("flush chain", chain);
    }

    /// <summary>Puts a rule at the end of its chain.</summary>
    public void AddRule(Rule rule) => AddRule(rule, NetlinkFlags.Create | NetlinkFlags.Append, 0);

    /// <summary>Puts a rule at the head of its chain.</summary>
    public void InsertRule(Rule rule) => AddRule(rule, NetlinkFlags.Create, 0);

    /// <param name="handle">Of the rule to stand behind.</param>
    public void AddRuleAfter(Rule rule, ulong handle) => AddRule(rule, NetlinkFlags.Create | NetlinkFlags.Append, handle);

    /// <param name="handle">Of the rule to stand before.</param>
    public void InsertRuleBefore(Rule rule, ulong handle) => AddRule(rule, NetlinkFlags.Create, handle);

    /// <summary>Puts a rule in the place of the one whose handle it has. It gets another.</summary>
    public void ReplaceRule(Rule rule)
    {
        RequireHandle(rule);
        RuleMessage.Add(_requests, rule, NetlinkFlags.Replace, 0);
        Note("replace rule", rule);
    }

    /// <summary>Deletes the rule of that handle.</summary>
    public void DeleteRule(Rule rule)
    {
        RequireHandle(rule);
        RuleMessage.Remove(_requests, rule.Table, rule.Chain, rule.Handle);
        Note("delete rule", rule);
    }

    public void AddSet(Set set)
    {
        SetMessage.Add(_requests, set, ++_setIds);
        Note("add set", set);
    }

    /// <summary>With its elements. No rule may look it up any longer.</summary>
    public void DeleteSet(Set set)
    {
        SetMessage.Remove(_requests, set);
        Note("delete set", set);
    }

    /// <summary>Deletes all elements of a set.</summary>
    public void FlushSet(Set set)
    {
        ElementMessage.Flush(_requests, set);
        Note("flush set", set);
    }

    /// <summary>Adds elements. To give a map's key another value, delete it first, in the same batch.</summary>
    public void AddElements(Set set, IReadOnlyList<Element> elements) => ChangeElements(NftVerb.NewElement, "add elements", set, elements);

    /// <summary>Adds elements that are a single key and nothing more, to a set that is no map and has no ranges.</summary>
    public void AddKeys(Set set, Keys keys)
    {
        for (var start = 0; start < keys.Count;)
        {
            var first = start;
            start = ElementMessage.WriteKeys(_requests, set, keys, start);
            Note("add elements", new KeysOf(set, keys, first, start - 1));
        }
    }

    public void DeleteElements(Set set, IReadOnlyList<Element> elements) => ChangeElements(NftVerb.DeleteElement, "delete elements", set, elements);

    internal string Describe(int index) => $"{_commands[index].Verb} {_commands[index].Subject}";

    private static void RequireHandle(Rule rule)
    {
        if (rule.Handle == 0)
            throw new ArgumentException($"the rule has no handle: list it first: {rule}", nameof(rule));
    }

    private void AddRule(Rule rule, NetlinkFlags flags, ulong position)
    {
        RuleMessage.Add(_requests, rule, flags, position);
        Note("add rule", rule);
    }

    private void ChangeElements(NftVerb verb, string words, Set set, IReadOnlyList<Element> elements)
    {
        for (var start = 0; start < elements.Count;)
        {
            var first = start;
            start = ElementMessage.Write(_requests, verb, set, elements, start);
            Note(words, new ElementsOf(set, elements[first], elements[start - 1]));
        }
    }

    private sealed record KeysOf(Set Set, Keys Keys, int First, int Last)
    {
        public override string ToString() => First == Last ? $"{Set} {Describe(First)}" : $"{Set} {Describe(First)} to {Describe(Last)}";

        private NftValue Describe(int index)
        {
            Span<byte> key = stackalloc byte[Keys.Length];
            Keys.Write(index, key);
            return NftValue.Of(key);
        }
    }

    private void Note(string verb, object subject) => _commands.Add((verb, subject));

    private sealed record ElementsOf(Set Set, Element First, Element Last)
    {
        public override string ToString() => First == Last ? $"{Set} {First}" : $"{Set} {First} to {Last}";
    }
}
