using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Calico.Datastore.Files;

/// <summary>A file of records that only grows, whole or not at all: a record that a crash cut short is dropped when it is read.</summary>
/// <remarks>
/// Eight bytes of magic, then for each record its length, the CRC-32C of its bytes, and the bytes; numbers are little-endian. One process
/// at a time, and one caller.
/// </remarks>
public sealed class RecordLog : IDisposable
{
    private const int Header = 8;
    private const int Chunk = 1 << 20;
    private const UnixFileMode RootOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly byte[] Magic = "CALILOG1"u8.ToArray();

    private readonly FileStream _file;

    private RecordLog(FileStream file) => _file = file;

    /// <summary>Bytes in the file.</summary>
    public long Length => _file.Length;

    /// <summary>Opens the file, or makes it, tells every whole record in it and cuts off what a crash left behind them.</summary>
    /// <exception cref="IOException">It cannot be opened, or is no such file.</exception>
    public static RecordLog Open(string path, Action<ReadOnlyMemory<byte>> read)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
        var file = OpenFile(path, FileMode.OpenOrCreate);
        try
        {
            var end = ReadAll(file, path, read);
            if (end == 0)
                Begin(file);
            else
                file.SetLength(end);
            file.Seek(0, SeekOrigin.End);
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Tells every whole record of a file and leaves it as it is; nothing if there is no file.</summary>
    /// <exception cref="IOException">It cannot be read, or is no such file.</exception>
    public static void Read(string path, Action<ReadOnlyMemory<byte>> read)
    {
        if (!File.Exists(path))
            return;

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        ReadAll(file, path, read);
    }

    /// <summary>A new file beside the old one, which it replaces by <see cref="TakePlaceOf"/>.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static RecordLog Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? "/");
        var file = OpenFile(path, FileMode.Create);
        Begin(file);
        return new(file);
    }

    /// <summary>Adds a record: it is in the hands of the operating system, and on the disk after <see cref="Sync"/>.</summary>
    /// <exception cref="IOException">The disk is full or failed, and a part may be written: <see cref="CutTo"/>.</exception>
    public void Append(ReadOnlySpan<byte> record)
    {
        var bytes = new ArrayBufferWriter<byte>(Header + record.Length);
        Write(record, bytes);
        _file.Write(bytes.WrittenSpan);
    }

    /// <summary>Adds many records with few writes.</summary>
    /// <inheritdoc cref="Append(ReadOnlySpan{byte})"/>
    public void Append(IEnumerable<byte[]> records)
    {
        var bytes = new ArrayBufferWriter<byte>(Chunk);
        foreach (var record in records)
        {
            Write(record, bytes);
            if (bytes.WrittenCount < Chunk)
                continue;

            _file.Write(bytes.WrittenSpan);
            bytes.ResetWrittenCount();
        }

        _file.Write(bytes.WrittenSpan);
    }

    /// <summary>What was appended is on the disk when this returns.</summary>
    public void Sync() => _file.Flush(flushToDisk: true);

    /// <summary>Cuts the file back to an earlier length: what was appended since did not take place.</summary>
    public void CutTo(long length)
    {
        _file.SetLength(length);
        _file.Seek(0, SeekOrigin.End);
    }

    /// <summary>Replaces the file of that name by this one, at whichever moment the power fails by all of it or not at all.</summary>
    public void TakePlaceOf(string path)
    {
        Sync();
        File.Move(_file.Name, path, overwrite: true);
    }

    public void Dispose() => _file.Dispose();

    private static FileStream OpenFile(string path, FileMode mode) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.ReadWrite,
        Share = FileShare.Read | FileShare.Delete,
        BufferSize = 0, // what could not be written must not be written later
        UnixCreateMode = RootOnly,
    });

    private static void Begin(FileStream file)
    {
        file.SetLength(0);
        file.Write(Magic);
        file.Flush(flushToDisk: true);
    }

    /// <returns>Where the whole records end; 0 if the file is empty, or was cut short while it was made.</returns>
    private static long ReadAll(FileStream file, string path, Action<ReadOnlyMemory<byte>> read)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        if (bytes.Length < Magic.Length)
            return 0;
        if (!bytes.AsSpan().StartsWith(Magic))
            throw new IOException($"{path} is not a log of ours: move it away, and a new one is made");

        var end = Magic.Length;
        while (bytes.Length - end >= Header)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(end));
            if (length < 0 || length > bytes.Length - end - Header)
                break;

            var record = bytes.AsMemory(end + Header, length);
            if (Checksum(record.Span) != BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(end + 4)))
                break;

            read(record);
            end += Header + length;
        }

        return end;
    }

    private static void Write(ReadOnlySpan<byte> record, ArrayBufferWriter<byte> bytes)
    {
        var header = bytes.GetSpan(Header);
        BinaryPrimitives.WriteInt32LittleEndian(header, record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Checksum(record));
        bytes.Advance(Header);
        bytes.Write(record);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var octet in bytes)
            crc = BitOperations.Crc32C(crc, octet);
        return ~crc;
    }
}
