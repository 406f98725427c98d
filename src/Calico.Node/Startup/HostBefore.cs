namespace Calico.Node.Startup;

/// <summary>What of the host's own settings a node changes, as it was before its first start, so that a removal can put it back.</summary>
/// <param name="stateFolder">Where it is written down, a file a setting.</param>
/// <param name="settings">Files below /proc/sys; one that is not there is not the kernel's.</param>
internal sealed class HostBefore(string stateFolder, params IReadOnlyList<string> settings)
{
    /// <summary>
    /// The settings of the whole host that a node changes: routing between interfaces, for all of IPv4, and that connection tracking calls no segment of TCP invalid for being out of
    /// the window, which the fast path needs.
    /// </summary>
    public static readonly IReadOnlyList<string> Changed = ["/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal"];

    /// <summary>Writes them down, unless that was done already.</summary>
    public void Remember()
    {
        Directory.CreateDirectory(stateFolder);
        foreach (var setting in settings.Where(setting => File.Exists(setting) && !File.Exists(Record(setting))))
            File.WriteAllText(Record(setting), File.ReadAllText(setting));
    }

    /// <summary>Puts them back and forgets them; what was never written down stays as it is.</summary>
    public void Restore()
    {
        foreach (var setting in settings.Where(setting => File.Exists(Record(setting))))
        {
            File.WriteAllText(setting, File.ReadAllText(Record(setting)));
            File.Delete(Record(setting));
        }
    }

    private string Record(string setting) => Path.Combine(stateFolder, Path.GetFileName(setting) + ".before");
}
