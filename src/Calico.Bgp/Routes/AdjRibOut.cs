using System.Runtime.InteropServices;
using Calico.Bgp.Attributes;
using Calico.Bgp.Messages;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>What one peer has been told, and what it has yet to be told.</summary>
/// <remarks>
/// Changes only note their prefix, so a peer that reads slowly costs at most one entry a prefix and hears the latest when it is ready.
/// Not thread-safe: the speaker's loop owns it.
/// </remarks>
internal sealed class AdjRibOut(Rib rib)
{
    /// <summary>Stands for something the peer has been told that is to be told again, whatever it was.</summary>
    private static readonly PathAttributes Forgotten = new() { Origin = Origin.Incomplete, NextHop = System.Net.IPAddress.None };

    /// <summary>So many prefixes are handled between two looks at how the link keeps up.</summary>
    private const int Portion = 4096;

    private readonly Dictionary<Prefix, PathAttributes> _told = [];
    private readonly HashSet<Prefix> _pending = [];

    public int Count => _told.Count;

    public bool IsUpToDate => _pending.Count == 0;

    public void Note(Prefix prefix) => _pending.Add(prefix);

    /// <summary>Everything is looked at again; only differences are told.</summary>
    public void NoteAll()
    {
        _pending.UnionWith(rib.Prefixes);
        _pending.UnionWith(_told.Keys);
    }

    /// <summary>Everything of the family is told again (RFC 2918).</summary>
    public void Repeat(Family family)
    {
        foreach (var prefix in _told.Keys.Where(prefix => prefix.Family == family).ToList())
        {
            _told[prefix] = Forgotten;
            _pending.Add(prefix);
        }
    }

    /// <summary>A new session begins: the peer knows nothing.</summary>
    public void Reset()
    {
        _told.Clear();
        _pending.Clear();
    }

    /// <summary>The next messages to send, packed: routes with equal attributes share them.</summary>
    /// <remarks>Takes a portion of what is pending; to be called until <see cref="IsUpToDate"/>, as long as the link has room.</remarks>
    public IEnumerable<UpdateMessage> TakePortion(ExportRules rules)
    {
        var withdrawn = new List<Prefix>();
        var announced = new Dictionary<PathAttributes, List<Prefix>>();
        foreach (var prefix in _pending.Take(Portion).ToList())
        {
            _pending.Remove(prefix);
            var attributes = rib.Find(prefix)?.Best is { } best ? rules.Apply(prefix, best) : null;
            if (attributes is null)
            {
                if (_told.Remove(prefix))
                    withdrawn.Add(prefix);
                continue;
            }

            ref var told = ref CollectionsMarshal.GetValueRefOrAddDefault(_told, prefix, out _);
            if (attributes.Equals(told))
                continue;

            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(announced, attributes, out _);
            told = attributes;
            (group ??= []).Add(prefix);
        }

        return [.. UpdatePacker.Withdraw(withdrawn), .. announced.SelectMany(group => UpdatePacker.Announce(group.Key, group.Value, rules.Agreed.Codec))];
    }
}
