namespace Calico.Node.Startup;

/// <summary>What of the host's own settings a node changes, as it was before its first start, so that a removal can put it back.</summary>
internal sealed class HostBefore(string stateFolder, string forwarding = HostBefore.Forwarding)
{
    /// <summary>Routing between interfaces, for all of IPv4; the one setting of the whole host that a node turns on.</summary>
    private const string Forwarding = "/proc/sys/net/ipv4/ip_forward";

    private string File => Path.Combine(stateFolder, "ip_forward.before");

    /// <summary>Writes it down, unless that was done already.</summary>
    public void Remember()
    {
        if (System.IO.File.Exists(File))
            return;

        Directory.CreateDirectory(stateFolder);
        System.IO.File.WriteAllText(File, System.IO.File.ReadAllText(forwarding));
    }

    /// <summary>Puts it back and forgets it; what was never written down stays as it is.</summary>
    public void Restore()
    {
        if (!System.IO.File.Exists(File))
            return;

        System.IO.File.WriteAllText(forwarding, System.IO.File.ReadAllText(File));
        System.IO.File.Delete(File);
    }
}
