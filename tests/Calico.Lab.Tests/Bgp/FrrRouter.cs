using Calico.Lab.Tests.Netlink;

namespace Calico.Lab.Tests.Bgp;

/// <summary>A real FRR (zebra, bgpd, bfdd) inside a network namespace.</summary>
internal sealed class FrrRouter : ForeignRouter
{
    private readonly string[] _daemons = ["zebra", "bfdd", "bgpd"];

    public FrrRouter(FreshNamespace host, string bgpConfiguration, RouterRoot? root = null)
        : base(host, root)
    {
        Write("bgpd.conf", bgpConfiguration);
        Write("empty.conf", "");
        Run("/usr/bin/chown", "-R", "frr:frr", Folder);
        foreach (var daemon in _daemons.SkipLast(1))
            Start(daemon);
        // What bgpd asks of bfdd before zebra knows bfdd is lost: the session then stays "Unknown".
        if (!SpinWait.SpinUntil(() => Ask("show zebra client summary").Contains("bfd", StringComparison.Ordinal), TimeSpan.FromSeconds(20)))
        {
            Dispose();
            Assert.Fail($"bfdd does not come up:\n{Said}");
        }

        Start(_daemons[^1]);
    }

    public override string Everything => Ask("show bgp neighbors", "show bgp ipv4 unicast", "show bgp ipv6 unicast", "show ip route", "show bfd peers") + Said;

    public override bool HasLostItsPeer =>
        Ask("show bgp neighbors") is var text && text.Contains("BGP state", StringComparison.Ordinal) && !text.Contains("BGP state = Established", StringComparison.Ordinal);

    /// <summary>zebra keeps the kernel's routes.</summary>
    public override void Kill() => End("bgpd");

    public override void Restart() => Start("bgpd");

    public override string About(string prefix) => Ask($"show bgp {(prefix.Contains(':', StringComparison.Ordinal) ? "ipv6" : "ipv4")} unicast {prefix}");

    public string Ask(params string[] commands) => Run("/usr/bin/vtysh", ["--vty_socket", Folder, .. commands.SelectMany(command => new[] { "-c", command })]);

    public static string Configuration(RouterWish wish) => string.Join('\n', (IEnumerable<string>)
    [
        $"router bgp {wish.As}",
        $" bgp router-id {wish.Address}",
        " no bgp ebgp-requires-policy",
        " no bgp network import-check",
        " no bgp default ipv4-unicast",
        " bgp graceful-restart",
        " bgp graceful-restart preserve-fw-state",
        " bgp graceful-restart select-defer-time 5",
        .. wish.Peers.SelectMany(peer => Session(wish, peer)),
        .. Family(wish, isIPv6: false),
        .. Family(wish, isIPv6: true),
        "!",
    ]);

    private static IEnumerable<string> Session(RouterWish wish, string peer)
    {
        yield return $" neighbor {peer} remote-as {wish.PeerAs}";
        yield return $" neighbor {peer} timers connect 1";
        yield return $" neighbor {peer} capability extended-nexthop";
        if (wish.Passive)
            yield return $" neighbor {peer} passive";
        if (wish.HoldTime > 0)
            yield return $" neighbor {peer} timers {Math.Max(1, wish.HoldTime / 3)} {wish.HoldTime}";
        if (wish.Password is not null)
            yield return $" neighbor {peer} password {wish.Password}";
        if (wish.Bfd)
            yield return $" neighbor {peer} bfd 3 100 100";
    }

    private static IEnumerable<string> Family(RouterWish wish, bool isIPv6)
    {
        yield return $" address-family {(isIPv6 ? "ipv6" : "ipv4")} unicast";
        foreach (var prefix in wish.Announced.Where(prefix => prefix.Contains(':', StringComparison.Ordinal) == isIPv6))
            yield return $"  network {prefix}";
        foreach (var peer in wish.Peers.Where(peer => wish.OtherFamily || peer.Contains(':', StringComparison.Ordinal) == isIPv6))
        {
            yield return $"  neighbor {peer} activate";
            if (wish.Reflects)
                yield return $"  neighbor {peer} route-reflector-client";
            if (wish.AddPath)
                yield return $"  neighbor {peer} addpath-tx-all-paths";
        }

        yield return " exit-address-family";
    }

    private void Start(string daemon) => Start(
        daemon,
        "/usr/lib/frr/" + daemon,
        [
            "-f", In(daemon == "bgpd" ? "bgpd.conf" : "empty.conf"), .. daemon == "bfdd" && Root.IsMachine ? new[] { "--bfdctl", In("bfdd.sock") } : [], // FRR 10 has no such socket
            "-i", In(daemon + ".pid"), "-z", In("zserv.api"), "--vty_socket", Folder, "-u", "frr", "-g", "frr", "-P", "0", "--log", "file:" + In(daemon + ".log"),
        ]);
}
