namespace Calico.Lab.Tests.Install;

/// <summary>Shell lines that make a lab's host one that a package is to be installed on.</summary>
internal static class BareHost
{
    /// <summary>The system's files in a layer of the host's own, as the lab has it of /etc already: dpkg's writing stays inside, and waits for no disk.</summary>
    public const string OwnFiles = """
        for d in /usr /root /var/cache; do
            mkdir -p /run/.lab/layers$d/upper /run/.lab/layers$d/work
            mount -t overlay -o lowerdir=$d,upperdir=/run/.lab/layers$d/upper,workdir=/run/.lab/layers$d/work overlay $d
        done
        rm -rf /etc/calico/* /var/lib/man-db/auto-update /var/lib/apt/lists/* # apt reads the lists at every step; what is needed is there
        echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/lab

        """;
}
