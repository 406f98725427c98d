namespace Calico.Node.Startup;

/// <summary>What of the host's own settings a node changes, as it was before its first start, so that a removal can put it back.</summary>
/// <param name="stateFolder">Where it is written down, a file a setting.</param>
/// <param name="settings">Files below /proc/sys; one that is not there comes, if at all, with a module that is not loaded yet.</param>
internal sealed class HostBefore(string stateFolder, params IReadOnlyList<string> settings)
{
    /// <summary>
    /// The settings of the whole host that a node changes: routing between interfaces, for all of IPv4, and that connection tracking calls no segment of TCP invalid for being out of
    /// the window, which the fast path needs.
    /// </summary>
    public static readonly IReadOnlyList<string> Changed = ["/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal"];

    /// <summary>What each of <see cref="Changed"/> is where nobody has set it (ip_forward in inet_init_net, tcp_be_liberal in nf_conntrack_tcp_init_net).</summary>
    private const string KernelsOwn = "0\n";

    /// <summary>
    /// Writes them down, unless that was done already. A setting that is not there yet is the kernel's own when it comes: what a later start finds there may be this node's doing, since the
    /// node's first rule is what loads connection tracking where that is a module.
    /// </summary>
    public void Remember()
    {
        Directory.CreateDirectory(stateFolder);
        foreach (var setting in settings.Where(setting => !File.Exists(Record(setting))))
            File.WriteAllText(Record(setting), File.Exists(setting) ? File.ReadAllText(setting) : KernelsOwn);
    }

    /// <summary>Puts them back and forgets them; what was never written down stays as it is, and so does what went with its module.</summary>
    public void Restore()
    {
        foreach (var setting in settings.Where(setting => File.Exists(Record(setting))))
        {
            if (File.Exists(setting))
                File.WriteAllText(setting, File.ReadAllText(Record(setting)));
            File.Delete(Record(setting));
        }
    }

    private string Record(string setting) => Path.Combine(stateFolder, Path.GetFileName(setting) + ".before");
}
