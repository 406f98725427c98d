namespace Calico.Bgp.Values;

/// <summary>An array that grows by pieces: what is in it is never copied, and a reference to an item stays good.</summary>
/// <param name="bits">A piece holds two to this many items.</param>
public sealed class Chunks<T>(int bits)
{
    private readonly int _mask = (1 << bits) - 1;
    private T[][] _pieces = [];
    private int _made;

    /// <summary>How many items there is room for.</summary>
    public int Room => _made << bits;

    public ref T this[int index] => ref _pieces[index >> bits][index & _mask];

    public void MakeRoom(int count)
    {
        if (count <= Room)
            return;

        var needed = (count + _mask) >> bits;
        if (needed > _pieces.Length)
            Array.Resize(ref _pieces, Math.Max(needed, _pieces.Length + _pieces.Length / 2));
        while (_made < needed)
            _pieces[_made++] = new T[_mask + 1];
    }

    public void Clear() => (_pieces, _made) = ([], 0);
}
