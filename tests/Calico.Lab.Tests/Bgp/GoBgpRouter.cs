using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>A real gobgpd inside a network namespace.</summary>
internal sealed class GoBgpRouter : ForeignRouter
{
    private const string Daemon = "gobgpd";
    private const string Api = "127.0.0.1:50051"; // of its namespace

    public GoBgpRouter(FreshNamespace host, string configuration, RouterRoot? root = null)
        : base(host, root)
    {
        Write("gobgpd.toml", configuration);
        Start([]);
    }

    /// <summary>It has no place for them in its file.</summary>
    public string[] Announced
    {
        get;
        init
        {
            field = value;
            Announce();
        }
    } = [];

    public override string Everything => $"{Ask("neighbor")}\n{Ask("global", "rib")}\n{Said}";

    public override bool HasLostItsPeer => Ask("neighbor") is var text && text.Contains("Peer", StringComparison.Ordinal) && !text.Contains("Establ", StringComparison.Ordinal);

    public override void Kill() => End(Daemon);

    public override void Restart()
    {
        Start(["-r"]);
        Announce();
    }

    public override string About(string prefix) => Ask(["global", "rib", .. FamilyOf(prefix), prefix]);

    public string Ask(params IEnumerable<string> words) => Run("/usr/bin/gobgp", words);

    public static string Configuration(RouterWish wish) => string.Join('\n', (IEnumerable<string>)
    [
        "[global.config]", $"as = {wish.As}", $"router-id = \"{wish.Address}\"", .. wish.Peers.SelectMany(peer => Session(wish, peer)),
    ]);

    private static IEnumerable<string> Session(RouterWish wish, string peer)
    {
        yield return $"""
            [[neighbors]]
            [neighbors.config]
            neighbor-address = "{peer}"
            peer-as = {wish.PeerAs}
            {(wish.Password is null ? "" : $"auth-password = \"{wish.Password}\"")}
            [neighbors.transport.config]
            passive-mode = {(wish.Passive ? "true" : "false")}
            [neighbors.timers.config]
            connect-retry = 1
            idle-hold-time-after-reset = 1
            [neighbors.graceful-restart.config]
            enabled = true
            restart-time = 60
            [neighbors.route-reflector.config]
            route-reflector-client = {(wish.Reflects ? "true" : "false")}
            route-reflector-cluster-id = "{wish.Address}"
            """;
        string[] families = wish.OtherFamily ? ["ipv4", "ipv6"] : [peer.Contains(':', StringComparison.Ordinal) ? "ipv6" : "ipv4"];
        foreach (var family in families)
        {
            yield return $"""
                [[neighbors.afi-safis]]
                [neighbors.afi-safis.config]
                afi-safi-name = "{family}-unicast"
                [neighbors.afi-safis.mp-graceful-restart.config]
                enabled = true
                [neighbors.afi-safis.add-paths.config]
                receive = {(wish.AddPath ? "true" : "false")}
                send-max = {(wish.AddPath ? 8 : 0)}
                """;
        }
    }

    private static string[] FamilyOf(string prefix) => prefix.Contains(':', StringComparison.Ordinal) ? ["-a", "ipv6"] : [];

    private void Start(IEnumerable<string> more) => Start(Daemon, "/usr/bin/gobgpd", ["-f", In("gobgpd.toml"), "-t", "toml", "--api-hosts", Api, "--pprof-disable", .. more]);

    /// <summary>Its API is there a moment after its start.</summary>
    private void Announce()
    {
        foreach (var prefix in Announced)
        {
            for (var attempt = 0; attempt < 200 && Ask(["global", "rib", .. FamilyOf(prefix), "add", prefix]).Length > 0; attempt++)
                Thread.Sleep(50);
        }
    }
}
