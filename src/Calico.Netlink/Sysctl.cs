namespace Calico.Netlink;

/// <summary>The kernel's network settings under <c>/proc/sys</c>, in the namespace of the calling thread.</summary>
/// <remarks>Names are paths, as in <c>net/ipv4/conf/eth0.100/rp_filter</c>: an interface's name may hold dots.</remarks>
public static class Sysctl
{
    private const string Root = "/proc/sys/";

    /// <summary>Of the values of these settings; none is longer than a few numbers.</summary>
    private const int Longest = 256;

    /// <returns>Null when the kernel knows no such setting (IPv6 switched off, an interface that is gone).</returns>
    /// <exception cref="NetlinkException">It is there but cannot be read.</exception>
    public static string? Read(string name)
    {
        try
        {
            // Straight from the kernel: one such file is a few bytes, and a host that starts many containers reads many.
            using var file = File.OpenHandle(Root + name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Span<byte> value = stackalloc byte[Longest];
            return System.Text.Encoding.ASCII.GetString(value[..RandomAccess.Read(file, value, fileOffset: 0)]).TrimEnd('\n');
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NetlinkException($"read {Root}{name}", e is IOException ? Errno.EIO : Errno.EACCES, e.Message);
        }
    }

    /// <returns>False when the kernel knows no such setting.</returns>
    /// <exception cref="NetlinkException">The kernel refuses the value, or the file system is read-only.</exception>
    public static bool Write(string name, string value)
    {
        try
        {
            using var file = new FileStream(Root + name, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(value));
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new NetlinkException($"write {value} to {Root}{name}", e is UnauthorizedAccessException ? Errno.EACCES : Errno.EINVAL, e.Message);
        }
    }

    public static bool Write(string name, int value) => Write(name, value.ToString());
}
