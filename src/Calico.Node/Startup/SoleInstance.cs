namespace Calico.Node.Startup;

/// <summary>The claim of one calico-node on its host, held by an exclusively opened file for as long as the process lives.</summary>
/// <remarks>
/// The kernel gives the claim up when the process ends, however it ends; so a stale file never stands in the way.
/// The pid stands in a file of its own, since an exclusively locked one cannot be read.
/// </remarks>
internal sealed class SoleInstance : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _pidFile;

    private SoleInstance(FileStream exclusive, string pidFile) => (_lock, _pidFile) = (exclusive, pidFile);

    /// <returns>Null if another process on the host holds the claim; <paramref name="holder"/> is then its pid, if it could be read.</returns>
    public static SoleInstance? Claim(string folder, out string holder)
    {
        var pidFile = Path.Combine(folder, "calico-node.pid");
        holder = "";
        try
        {
            var exclusive = new FileStream(Path.Combine(folder, "calico-node.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(pidFile, $"{Environment.ProcessId}\n");
            return new SoleInstance(exclusive, pidFile);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            holder = File.Exists(pidFile) ? File.ReadAllText(pidFile).Trim() : "";
            return null;
        }
    }

    public void Dispose()
    {
        File.Delete(_pidFile);
        _lock.Dispose();
    }
}
