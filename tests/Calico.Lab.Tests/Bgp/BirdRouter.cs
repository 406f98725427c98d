using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>A real BIRD inside a network namespace.</summary>
internal sealed class BirdRouter : ForeignRouter
{
    private const string Daemon = "bird";

    public BirdRouter(FreshNamespace host, string configuration, RouterRoot? root = null)
        : base(host, root)
    {
        Write("bird.conf", configuration);
        Start(recovering: false);
    }

    public override string Everything => $"{Show("protocols all")}\n{Show("route all")}\n{Said}";

    public override bool HasLostItsPeer => Show("protocols") is var text && text.Contains("BGP", StringComparison.Ordinal) && !text.Contains("Established", StringComparison.Ordinal);

    public override void Kill() => End(Daemon);

    public override void Restart() => Start(recovering: true);

    public override string About(string prefix) => Show($"route {prefix} all");

    public string Show(string what) => Command("show " + what);

    public string Command(string command) => Run("/usr/sbin/birdc", ["-s", In("bird.ctl"), .. command.Split(' ')]);

    public static string Configuration(RouterWish wish) => $$"""
        router id {{wish.Address}};
        protocol device { }
        {{(wish.Bfd ? "protocol bfd { interface \"*\" { interval 100 ms; multiplier 3; }; }" : "")}}
        {{string.Concat(wish.Announced.Select(prefix => $"protocol static {{ {FamilyOf(prefix)}; route {prefix} blackhole; }}\n"))}}
        {{(wish.Forwards ? Kernel("ipv4") + Kernel("ipv6") : "")}}
        {{string.Concat(wish.Peers.Select(peer => Peer(wish, peer)))}}
        """;

    /// <summary>Blackholes of its own stay out of the kernel, so that what is behind it can be reached.</summary>
    private static string Kernel(string family) =>
        $"protocol kernel {{ persist; graceful restart; {family} {{ import none; export where source = RTS_BGP; }}; }}\n";

    private static string Peer(RouterWish wish, string peer)
    {
        var local = peer.Contains(':', StringComparison.Ordinal) ? wish.IPv6Address : wish.Address;
        var channel = $"import all; export {(wish.Reflects ? "all" : "where source = RTS_STATIC")}; {(wish.AddPath ? "add paths on;" : "")}";
        string[] families = wish.OtherFamily ? ["ipv4", "ipv6"] : [FamilyOf(peer)];
        return $$"""
            protocol bgp peer{{Array.IndexOf(wish.Peers, peer)}} {
                local {{local}} as {{wish.As}};
                neighbor {{peer}} as {{wish.PeerAs}};
                direct;
                connect retry time 1;
                connect delay time 1;
                error wait time 1, 2;
                graceful restart on;
                {{(wish.Passive ? "passive;" : "")}}
                {{(wish.HoldTime > 0 ? $"hold time {wish.HoldTime};" : "")}}
                {{(wish.Password is null ? "" : $"password \"{wish.Password}\";")}}
                {{(wish.Bfd ? "bfd on;" : "")}}
                {{(wish.Reflects ? "rr client;" : "")}}
                {{string.Join(' ', families.Select(family => $"{family} {{ {channel} {(wish.OtherFamily ? "extended next hop;" : "")} }};"))}}
            }

            """;
    }

    private static string FamilyOf(string address) => address.Contains(':', StringComparison.Ordinal) ? "ipv6" : "ipv4";

    private void Start(bool recovering) => Start(
        Daemon, "/usr/sbin/bird", ["-f", "-c", In("bird.conf"), "-s", In("bird.ctl"), "-P", In("bird.pid"), .. recovering ? new[] { "-R" } : []]);
}
