using Microsoft.Win32.SafeHandles;

namespace Calico.Netlink.Bpf;

/// <summary>A map that BPF programs and this process share; the kernel frees it when neither holds it.</summary>
public sealed class BpfMap : IDisposable
{
    private const int AttributesLength = 72;

    private readonly SafeFileHandle _handle;
    private readonly string _name;

    private BpfMap(SafeFileHandle handle, string name, int keySize, int valueSize) => (_handle, _name, KeySize, ValueSize) = (handle, name, keySize, valueSize);

    /// <summary>Octets.</summary>
    public int KeySize { get; }

    /// <summary>Octets.</summary>
    public int ValueSize { get; }

    internal int Descriptor => (int)_handle.DangerousGetHandle();

    /// <param name="kind">What sort of map.</param>
    /// <param name="name">As tools show it; at most 15 octets.</param>
    /// <param name="keySize">Octets; 4 for an array.</param>
    /// <param name="valueSize">Octets.</param>
    /// <param name="capacity">Elements, for which memory is taken at once.</param>
    /// <exception cref="NetlinkException">No right to (EPERM), no memory, or no such kind of map.</exception>
    public static BpfMap Create(BpfMapKind kind, string name, int keySize, int valueSize, int capacity)
    {
        Span<byte> attributes = stackalloc byte[AttributesLength];
        attributes.Clear();
        BpfCall.Put(attributes, 0, (int)kind);
        BpfCall.Put(attributes, 4, keySize);
        BpfCall.Put(attributes, 8, valueSize);
        BpfCall.Put(attributes, 12, capacity);
        BpfCall.PutName(attributes, 28, name);
        return new(BpfCall.Own(BpfCall.Do(BpfCall.MapCreate, attributes, $"create BPF map {name}")), name, keySize, valueSize);
    }

    /// <summary>Puts an element, whether or not there is one of that key.</summary>
    /// <exception cref="NetlinkException">The map is full (E2BIG).</exception>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => Check(With(BpfCall.MapUpdate, key, value), "put an element into");

    /// <returns>False if there is none.</returns>
    public bool Remove(ReadOnlySpan<byte> key)
    {
        var errno = With(BpfCall.MapDelete, key, default);
        if (errno != Errno.ENOENT)
            Check(errno, "remove an element from");
        return errno == Errno.None;
    }

    /// <returns>Null if there is none.</returns>
    public byte[]? Find(ReadOnlySpan<byte> key)
    {
        var value = new byte[ValueSize];
        var errno = With(BpfCall.MapLookUp, key, value);
        if (errno == Errno.ENOENT)
            return null;

        Check(errno, "look up an element of");
        return value;
    }

    /// <summary>All keys, one after the other; elements that come and go meanwhile may or may not be among them.</summary>
    public IReadOnlyList<byte[]> Keys()
    {
        var keys = new List<byte[]>();
        ReadOnlySpan<byte> last = default; // none: the first is asked for
        while (true)
        {
            var next = new byte[KeySize];
            var errno = With(BpfCall.MapNextKey, last, next);
            if (errno == Errno.ENOENT)
                return keys;

            Check(errno, "list the keys of");
            keys.Add(next);
            last = next;
        }
    }

    public void Dispose() => _handle.Dispose();

    public override string ToString() => _name;

    private unsafe Errno With(int command, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Span<byte> attributes = stackalloc byte[32];
        attributes.Clear();
        fixed (byte* keyPlace = key, valuePlace = value)
        {
            BpfCall.Put(attributes, 0, Descriptor);
            BpfCall.Put(attributes, 8, keyPlace);
            BpfCall.Put(attributes, 16, valuePlace);
            BpfCall.Try(command, attributes, out var errno);
            return errno;
        }
    }

    private void Check(Errno errno, string action)
    {
        if (errno != Errno.None)
            throw new NetlinkException($"{action} BPF map {_name}", errno);
    }
}

/// <summary>Kinds of maps (enum bpf_map_type).</summary>
public enum BpfMapKind
{
    Hash = 1,
    Array = 2,

    /// <summary>A hash table that makes room, when full, by dropping what was not used for long.</summary>
    LruHash = 9,
}
