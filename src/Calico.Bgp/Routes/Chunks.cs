namespace Calico.Bgp.Routes;

/// <summary>An array that grows by pieces: what is in it is never copied, and a reference to an item stays good.</summary>
/// <param name="bits">A piece holds two to this many items.</param>
internal sealed class Chunks<T>(int bits)
{
    private readonly int _mask = (1 << bits) - 1;
    private T[][] _pieces = [];

    /// <summary>How many items there is room for.</summary>
    public int Room => _pieces.Length << bits;

    public ref T this[int index] => ref _pieces[index >> bits][index & _mask];

    public void MakeRoom(int count)
    {
        if (count <= Room)
            return;

        var have = _pieces.Length;
        Array.Resize(ref _pieces, (count + _mask) >> bits);
        for (var i = have; i < _pieces.Length; i++)
            _pieces[i] = new T[_mask + 1];
    }

    public void Clear() => _pieces = [];
}
