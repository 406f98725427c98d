using System.Runtime.CompilerServices;
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
internal sealed class AdjRibOut(Rib rib, AttributeTable interned)
{
    /// <summary>Stands for something the peer has been told that is to be told again, whatever it was.</summary>
    private static readonly PathAttributes Forgotten = new() { Origin = Origin.Incomplete, NextHop = System.Net.IPAddress.None };

    /// <summary>So many prefixes are handled between two looks at how the link keeps up.</summary>
    private const int Portion = 4096;

    private readonly Dictionary<Prefix, PathAttributes> _told = [];
    private readonly HashSet<Prefix> _pending = [];

    public IEnumerable<KeyValuePair<Prefix, PathAttributes>> Told => _told;

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
        var announced = new Dictionary<PathAttributes, List<Prefix>>(ReferenceEqualityComparer.Instance);
        var transformed = new Dictionary<SharedKey, PathAttributes?>();
        foreach (var prefix in _pending.Take(Portion).ToList())
        {
            _pending.Remove(prefix);
            var attributes = rib.Find(prefix)?.Best is { } best && rules.Accepts(prefix) ? Transform(best, prefix.IsIPv6) : null;
            if (attributes is null)
            {
                if (_told.Remove(prefix))
                    withdrawn.Add(prefix);
                continue;
            }

            ref var told = ref CollectionsMarshal.GetValueRefOrAddDefault(_told, prefix, out _);
            if (ReferenceEquals(attributes, told) || attributes.Equals(told))
                continue;

            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(announced, attributes, out _);
            told = attributes;
            (group ??= []).Add(prefix);
        }

        return [.. UpdatePacker.Withdraw(withdrawn), .. announced.SelectMany(group => UpdatePacker.Announce(group.Key, group.Value, rules.Agreed.Codec))];

        // Most routes share their attributes with many, so each set is made into what the peer is told once.
        PathAttributes? Transform(RibPath path, bool isIPv6)
        {
            ref var result = ref CollectionsMarshal.GetValueRefOrAddDefault(transformed, new(path.Usable, path.Source, isIPv6), out var known);
            if (!known && rules.Transform(path, isIPv6) is { } made)
                result = interned.Intern(made);
            return result;
        }
    }

    /// <summary>Compares by reference: equal sets are one object, and hashing one anew for each prefix would cost more than it saves.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly struct SharedKey(PathAttributes? attributes, RouteSource source, bool isIPv6) : IEquatable<SharedKey>
    {
        private readonly PathAttributes? _attributes = attributes;
        private readonly RouteSource _source = source;
        private readonly bool _isIPv6 = isIPv6;

        public bool Equals(SharedKey other) =>
            ReferenceEquals(_attributes, other._attributes) && ReferenceEquals(_source, other._source) && _isIPv6 == other._isIPv6;

        public override bool Equals(object? obj) => obj is SharedKey other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(_attributes), RuntimeHelpers.GetHashCode(_source), _isIPv6);
    }
}
