using System.Runtime.InteropServices;
using Calico.Bgp.Values;

namespace Calico.Bgp.Routes;

/// <summary>What the RIB keeps of one prefix: 64 octets, a line of the processor's cache, and no reference. Sources and attribute sets stand in it by their numbers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RibSlot(in Prefix prefix)
{
    private readonly ulong _high = prefix.High;
    private readonly ulong _low = prefix.Low;

    /// <summary>Valid if <see cref="PathCount"/> is not zero; most prefixes have but one path.</summary>
    public SlotPath First;

    /// <summary>0 for the source if there is no path that can be used.</summary>
    public SlotChoice Best;

    /// <summary>The second path's node, 0 if there is none.</summary>
    public int More;

    public int PathCount;

    /// <summary>How many need the prefix's number though it may have no path.</summary>
    public int Holders;

    private readonly byte _length = (byte)prefix.Length;
    private SlotFlags _flags = prefix.IsIPv6 ? SlotFlags.IPv6 : SlotFlags.None;

    public readonly Prefix Prefix => new(_high, _low, _length, (_flags & SlotFlags.IPv6) != SlotFlags.None);

    public readonly bool Is(in Prefix prefix) => _high == prefix.High && Prefix.Equals(prefix);

    public readonly bool Has(SlotFlags flag) => (_flags & flag) != SlotFlags.None;

    public void Set(SlotFlags flag, bool value) => _flags = value ? _flags | flag : _flags & ~flag;
}

[Flags]
internal enum SlotFlags : byte
{
    None = 0,
    IPv6 = 1,

    /// <summary>Waits for a decision.</summary>
    Undecided = 2,

    /// <summary>Several paths are equally good; they stand beside the table.</summary>
    Multipath = 4,

    /// <summary>Is among those that <see cref="Rib.Sweep"/> looks at.</summary>
    Unused = 8,
}

/// <summary>A <see cref="RibPath"/> in numbers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SlotPath(int source, bool isStale)
{
    private readonly int _source = isStale ? ~source : source;

    public int Received;

    /// <summary>0 if there is none.</summary>
    public int Usable;

    public uint Id;

    public readonly int Source => IsStale ? ~_source : _source;

    public readonly bool IsStale => _source < 0;
}

/// <summary>A <see cref="Choice"/> in numbers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SlotChoice
{
    public int Source;
    public int Attributes;
    public uint Id;
}
