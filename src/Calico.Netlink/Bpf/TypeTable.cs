using System.Buffers.Binary;

namespace Calico.Netlink.Bpf;

/// <summary>Types as the kernel describes its own (BTF, Documentation/bpf/btf.rst): of the kernel proper, or of a module, whose numbers go on from the kernel's.</summary>
internal sealed class TypeTable
{
    private const int Magic = 0xEB9F, HeaderLength = 24, EntryLength = 12;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly TypeTable? _below;
    private readonly int[] _entries; // where each type begins
    private readonly int _firstId;
    private readonly int _strings;
    private readonly int _stringsLength;

    /// <param name="bytes">A file of /sys/kernel/btf.</param>
    /// <param name="below">For a module's: the kernel's.</param>
    /// <exception cref="NetlinkException">Not such types, or cut short.</exception>
    public TypeTable(ReadOnlyMemory<byte> bytes, TypeTable? below)
    {
        (_bytes, _below) = (bytes, below);
        if (bytes.Length < HeaderLength || BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span) != Magic)
            throw NetlinkException.Malformed("the kernel's types do not begin as such");

        var header = Number(4);
        var (types, typesLength) = (header + Number(8), Number(12));
        (_strings, _stringsLength) = (header + Number(16), Number(20));
        if ((long)types + typesLength > bytes.Length || (long)_strings + _stringsLength > bytes.Length || types < 0 || _strings < 0 || typesLength < 0 || _stringsLength < 0)
            throw NetlinkException.Malformed("the kernel's types are cut short");

        _firstId = below is null ? 1 : below._firstId + below._entries.Length; // 0 is void
        _entries = new int[Entries(types, types + typesLength).Count()]; // some hundred thousand: not grown bit by bit
        var at = 0;
        foreach (var entry in Entries(types, types + typesLength))
            _entries[at++] = entry;
    }

    /// <summary>The number of a type of that kind and name; null if there is none. Only whole structures count, not mere announcements.</summary>
    public int? Find(TypeKind kind, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _entries.Length; i++)
        {
            if (KindAt(_entries[i]) == kind && NameAt(_entries[i]).SequenceEqual(name))
                return _firstId + i;
        }

        return null;
    }

    /// <summary>Where in a structure or union a member stands, and its type.</summary>
    /// <returns>Null if it has no such member, or one that begins within an octet.</returns>
    public (int Offset, int Type)? Member(int structure, ReadOnlySpan<byte> name)
    {
        var (table, entry) = Locate(Resolve(structure));
        if (table.KindAt(entry) is not (TypeKind.Structure or TypeKind.Union))
            return null;

        var hasBitFields = table.Number(entry + 4) < 0; // kind_flag is the topmost bit
        for (var (i, at) = (0, entry + EntryLength); i < table.Count(entry); i++, at += 12)
        {
            var bits = hasBitFields ? table.Number(at + 8) & 0xFFFFFF : table.Number(at + 8);
            if (table.NameAt(at).SequenceEqual(name))
                return bits % 8 == 0 ? (bits / 8, table.Number(at + 4)) : null;
        }

        return null;
    }

    /// <summary>Through typedefs and qualifiers to what they stand for.</summary>
    private int Resolve(int id)
    {
        for (var depth = 0; depth < 32; depth++)
        {
            var (table, entry) = Locate(id);
            if (table.KindAt(entry) is not (TypeKind.Typedef or TypeKind.Volatile or TypeKind.Const or TypeKind.Restrict))
                return id;

            id = table.Number(entry + 8);
        }

        throw NetlinkException.Malformed("a type of the kernel's stands for itself");
    }

    private (TypeTable Table, int Entry) Locate(int id) =>
        id < _firstId ? (_below ?? throw NetlinkException.Malformed($"the kernel has no type {id}")).Locate(id)
        : id - _firstId < _entries.Length ? (this, _entries[id - _firstId])
        : throw NetlinkException.Malformed($"the kernel has no type {id}");

    private IEnumerable<int> Entries(int at, int end)
    {
        while (at + EntryLength <= end)
        {
            yield return at;
            at += EntryLength + Extra(at);
        }
    }

    /// <summary>What follows an entry's twelve octets, by its kind.</summary>
    private int Extra(int entry) => KindAt(entry) switch
    {
        TypeKind.Integer or TypeKind.Variable or TypeKind.DeclarationTag => 4,
        TypeKind.Array => 12,
        TypeKind.Structure or TypeKind.Union or TypeKind.Section or TypeKind.LongEnumeration => 12 * Count(entry),
        TypeKind.Enumeration or TypeKind.Prototype => 8 * Count(entry),
        _ => 0,
    };

    private TypeKind KindAt(int entry) => (TypeKind)((Number(entry + 4) >> 24) & 0x1F);

    private int Count(int entry) => Number(entry + 4) & 0xFFFF;

    private ReadOnlySpan<byte> NameAt(int entry) => Text(Number(entry));

    /// <summary>A module's strings go on from the kernel's, too.</summary>
    private ReadOnlySpan<byte> Text(int offset)
    {
        var start = _below is null ? 0 : _below._stringsLength;
        if (offset < start && _below is not null)
            return _below.Text(offset);

        var all = _bytes.Span.Slice(_strings, _stringsLength);
        var text = offset >= start && offset - start < all.Length ? all[(offset - start)..] : [];
        var end = text.IndexOf((byte)0);
        return end < 0 ? [] : text[..end];
    }

    private int Number(int at) =>
        at >= 0 && at <= _bytes.Length - 4 ? BinaryPrimitives.ReadInt32LittleEndian(_bytes.Span[at..]) : throw NetlinkException.Malformed("the kernel's types are cut short");
}

/// <summary>Kinds of types (BTF_KIND_…).</summary>
internal enum TypeKind
{
    Integer = 1,
    Array = 3,
    Structure = 4,
    Union = 5,
    Enumeration = 6,
    Typedef = 8,
    Volatile = 9,
    Const = 10,
    Restrict = 11,
    Function = 12,
    Prototype = 13,
    Variable = 14,
    Section = 15,
    DeclarationTag = 17,
    LongEnumeration = 19,
}
