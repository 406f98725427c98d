using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;

namespace Calico.Netlink;

/// <summary>A network namespace, held open: it lives at least as long as this does.</summary>
public sealed class NetworkNamespace : IDisposable
{
    /// <summary>Where <c>ip netns</c> keeps the named ones.</summary>
    private const string NamedFolder = "/run/netns";

    private readonly SafeFileHandle _handle;

    private NetworkNamespace(string path)
    {
        Path = path;
        _handle = Open(path);
    }

    /// <summary>What it was opened by.</summary>
    public string Path { get; }

    internal int Descriptor => (int)_handle.DangerousGetHandle();

    /// <param name="path">A namespace file, such as <c>/run/netns/h1</c> or Docker's sandbox key.</param>
    /// <exception cref="NetlinkException">There is no such file, or it may not be opened.</exception>
    public static NetworkNamespace OpenPath(string path) => new(path);

    /// <summary>One made by <see cref="Create"/> or <c>ip netns add</c>.</summary>
    public static NetworkNamespace OpenNamed(string name) => new($"{NamedFolder}/{name}");

    /// <summary>The namespace that a process lives in.</summary>
    public static NetworkNamespace OfProcess(int pid) => new($"/proc/{pid}/ns/net");

    /// <summary>The namespace of the calling thread.</summary>
    public static NetworkNamespace Current() => new("/proc/thread-self/ns/net");

    /// <summary>Makes a named namespace that stays until <see cref="Delete"/>, just as <c>ip netns add</c> does. Its loopback is down.</summary>
    /// <exception cref="NetlinkException">The name is taken (EEXIST), or the kernel refused.</exception>
    public static NetworkNamespace Create(string name)
    {
        var path = $"{NamedFolder}/{name}";
        ShareNamedFolder();
        try
        {
            using var made = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new NetlinkException($"create network namespace {name}", Errno.EEXIST, $"{path} is there already");
        }

        try
        {
            OnThread(() =>
            {
                Check(Libc.Unshare(Libc.NewNetwork), $"create network namespace {name}");
                Check(Libc.Mount("/proc/thread-self/ns/net", path, "none", Libc.Bind, 0), $"mount network namespace {name} on {path}");
                return true;
            });
            return new NetworkNamespace(path);
        }
        catch (NetlinkException)
        {
            Delete(name);
            throw;
        }
    }

    /// <summary>Removes a named namespace; the kernel ends it when nobody holds it any longer.</summary>
    /// <returns>False when there is none of that name.</returns>
    public static bool Delete(string name)
    {
        var path = $"{NamedFolder}/{name}";
        if (!File.Exists(path))
            return false;

        // EINVAL: a plain file, left by a creation that never came to the mount.
        if (Libc.Unmount(path, Libc.Detach) != 0 && Libc.LastError is var errno and not Errno.EINVAL)
            throw new NetlinkException($"unmount network namespace {name} from {path}", errno);

        File.Delete(path);
        return true;
    }

    /// <summary>Names of the namespaces made by <see cref="Create"/> or <c>ip netns add</c>.</summary>
    public static IReadOnlyList<string> Names() =>
        Directory.Exists(NamedFolder) ? [.. Directory.EnumerateFiles(NamedFolder).Select(System.IO.Path.GetFileName).OfType<string>().Order()] : [];

    /// <summary>Runs <paramref name="work"/> inside the namespace and returns its result.</summary>
    /// <remarks>
    /// A thread of its own enters, works and dies, so no pool thread is ever left in the wrong namespace; work that awaits
    /// leaves that thread, and with it the namespace. A socket stays in the namespace it was made in: open it here, then use
    /// it from anywhere.
    /// </remarks>
    public T Run<T>(Func<T> work) => OnThread(() =>
    {
        Check(Libc.SetNamespace(_handle, Libc.NewNetwork), $"enter network namespace {Path}");
        return work();
    });

    /// <inheritdoc cref="Run{T}"/>
    public void Run(Action work) => Run(() =>
    {
        work();
        return true;
    });

    /// <summary>Runs <paramref name="work"/> inside a namespace, as <see cref="Run{T}"/> does, and returns its result.</summary>
    /// <param name="inside">Null: that of the calling thread, which then does the work itself.</param>
    /// <param name="work">What must not await.</param>
    /// <exception cref="NetlinkException">The namespace cannot be entered.</exception>
    public static T RunIn<T>(NetworkNamespace? inside, Func<T> work) => inside is null ? work() : inside.Run(work);

    /// <inheritdoc cref="RunIn{T}"/>
    public static void RunIn(NetworkNamespace? inside, Action work) => RunIn(inside, () =>
    {
        work();
        return true;
    });

    public void Dispose() => _handle.Dispose();

    public override string ToString() => Path;

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var errno = e is FileNotFoundException or DirectoryNotFoundException ? Errno.ENOENT : Errno.EACCES;
            throw new NetlinkException($"open network namespace {path}", errno, e.Message);
        }
    }

    private static T OnThread<T>(Func<T> work)
    {
        var result = default(T);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.UnsafeStart();
        thread.Join();
        failure?.Throw();
        return result!; // set: the work came to its end
    }

    /// <summary>Makes the folder a shared mount, so that a namespace made or removed here is made or removed for every mount namespace.</summary>
    private static void ShareNamedFolder()
    {
        Directory.CreateDirectory(NamedFolder);
        if (Libc.Mount("none", NamedFolder, "none", Libc.Shared | Libc.Recursive, 0) == 0)
            return;

        Check(Libc.Mount(NamedFolder, NamedFolder, "none", Libc.Bind | Libc.Recursive, 0), $"mount {NamedFolder} on itself");
        Check(Libc.Mount("none", NamedFolder, "none", Libc.Shared | Libc.Recursive, 0), $"share {NamedFolder}");
    }

    private static void Check(int result, string action)
    {
        if (result != 0)
            throw new NetlinkException(action, Libc.LastError);
    }
}
