using System.Buffers;
using System.Runtime.InteropServices;

namespace Calico.Netlink.Bpf;

/// <summary>A file's octets outside the managed heap: some megabytes that are read once are the system's again at once.</summary>
internal sealed unsafe class NativeBytes : MemoryManager<byte>
{
    private readonly int _length;
    private byte* _start;

    private NativeBytes(int length)
    {
        _length = length;
        _start = (byte*)NativeMemory.Alloc((nuint)length);
    }

    /// <returns>Null if there is no such file.</returns>
    /// <exception cref="NetlinkException">It cannot be read.</exception>
    public static NativeBytes? Read(string path)
    {
        NativeBytes? bytes = null;
        try
        {
            using var file = File.OpenHandle(path);
            bytes = new((int)RandomAccess.GetLength(file));
            for (var at = 0; at < bytes._length;)
            {
                var count = RandomAccess.Read(file, bytes.GetSpan()[at..], at);
                if (count == 0)
                    throw new EndOfStreamException($"ends after {at} of {bytes._length} octets");

                at += count;
            }

            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ((IDisposable?)bytes)?.Dispose();
            throw new NetlinkException($"read {path}", e is IOException ? Errno.EIO : Errno.EACCES, e.Message);
        }
    }

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin()
    {
        // never moved
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_start);
        _start = null;
    }
}
