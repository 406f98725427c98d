using System.Globalization;
using System.Text;

namespace Calico.Benchmarks.Bgp;

/// <summary>A router that is measured: how it is told of its peers, and how it is started. All accept everything and tell everything.</summary>
internal abstract record Router(string Name)
{
    public static Router Ours { get; } = new OurRouter();

    public static Router Bird { get; } = new BirdRouter();

    public static Router Frr { get; } = new FrrRouter();

    public static Router GoBgp { get; } = new GoBgpRouter();

    /// <summary>Writes the configuration into the folder.</summary>
    /// <returns>The command line.</returns>
    public abstract IReadOnlyList<string> Prepare(LoadPlan plan, string folder);

    private static IEnumerable<(string Address, uint As)> PeersOf(LoadPlan plan) =>
        Enumerable.Range(0, plan.Peers).Select(peer => (LoadPlan.AddressOf(peer), plan.AsOf(peer)));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Write(string folder, string name, StringBuilder text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text.ToString());
        return path;
    }

    private sealed record OurRouter() : Router("calico-bgpd")
    {
        public override IReadOnlyList<string> Prepare(LoadPlan plan, string folder)
        {
            var peers = PeersOf(plan).Select(peer =>
                Text($$"""{"address": "{{peer.Address}}", "asn": {{peer.As}}, "passive": true, "families": ["ipv4"], "import": "all", "export": "all", "routeReflectorClient": {{(plan.Internal ? "true" : "false")}}}"""));
            var text = new StringBuilder(Text(
                $$"""{"asn": {{LoadPlan.RouterAs}}, "routerId": "{{LoadPlan.RouterAddress}}", "listen": ["{{LoadPlan.RouterAddress}}:{{LoadPlan.Port}}"], "holdTime": 240, "kernel": {"install": {{(plan.IntoKernel ? "true" : "false")}}}, "peers": [{{string.Join(",\n", peers)}}]}"""));
            return [Path.Combine(Repository.Root, "bin/calico-bgpd"), "--config", Write(folder, "router.json", text)];
        }
    }

    private sealed record BirdRouter() : Router("BIRD 2")
    {
        public override IReadOnlyList<string> Prepare(LoadPlan plan, string folder)
        {
            var text = new StringBuilder(Text($"router id {LoadPlan.RouterAddress};\nprotocol device {{ }}\n"));
            foreach (var (address, asNumber) in PeersOf(plan))
            {
                text.Append(Text($"protocol bgp {{ local {LoadPlan.RouterAddress} port {LoadPlan.Port} as {LoadPlan.RouterAs}; neighbor {address} as {asNumber}; passive; multihop; hold time 240; "));
                text.Append(plan.Internal ? "rr client; " : "").Append("ipv4 { import all; export all; gateway recursive; igp table master4; }; }\n");
            }

            text.Append(Text($"protocol static {{ ipv4; route 10.99.0.0/16 via \"lo\"; }}\nprotocol direct {{ ipv4; interface \"{RouterBench.Device}\"; }}\n"));
            if (plan.IntoKernel)
                text.Append("protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }\n");
            return ["/usr/sbin/bird", "-f", "-c", Write(folder, "bird.conf", text), "-s", Path.Combine(folder, "bird.ctl"), "-P", Path.Combine(folder, "bird.pid")];
        }
    }

    private sealed record FrrRouter() : Router("FRR")
    {
        public override IReadOnlyList<string> Prepare(LoadPlan plan, string folder)
        {
            var text = new StringBuilder(Text($"router bgp {LoadPlan.RouterAs}\n bgp router-id {LoadPlan.RouterAddress}\n no bgp ebgp-requires-policy\n no bgp network import-check\n"));
            foreach (var (address, asNumber) in PeersOf(plan))
                text.Append(Text($" neighbor {address} remote-as {asNumber}\n neighbor {address} passive\n neighbor {address} ebgp-multihop\n neighbor {address} disable-connected-check\n"));
            text.Append(" address-family ipv4 unicast\n");
            foreach (var (address, _) in PeersOf(plan).Where(_ => plan.Internal))
                text.Append(Text($"  neighbor {address} route-reflector-client\n"));
            text.Append(" exit-address-family\n");
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
            return
            [
                "/usr/lib/frr/bgpd", "-n", "-Z", "-S", "-P", "0", "-p", LoadPlan.Port.ToString(CultureInfo.InvariantCulture), "-f", Write(folder, "bgpd.conf", text),
                "-i", Path.Combine(folder, "bgpd.pid"), "--vty_socket", folder,
            ];
        }
    }

    private sealed record GoBgpRouter() : Router("GoBGP")
    {
        public override IReadOnlyList<string> Prepare(LoadPlan plan, string folder)
        {
            var text = new StringBuilder(Text($"[global.config]\nas = {LoadPlan.RouterAs}\nrouter-id = \"{LoadPlan.RouterAddress}\"\nport = {LoadPlan.Port}\nlocal-address-list = [\"{LoadPlan.RouterAddress}\"]\n"));
            foreach (var (address, asNumber) in PeersOf(plan))
            {
                text.Append(Text($"[[neighbors]]\n[neighbors.config]\nneighbor-address = \"{address}\"\npeer-as = {asNumber}\n[neighbors.transport.config]\npassive-mode = true\n"));
                text.Append("[neighbors.timers.config]\nhold-time = 240\n[neighbors.ebgp-multihop.config]\nenabled = true\nmultihop-ttl = 64\n");
                if (plan.Internal)
                    text.Append(Text($"[neighbors.route-reflector.config]\nroute-reflector-client = true\nroute-reflector-cluster-id = \"{LoadPlan.RouterAddress}\"\n"));
            }

            return ["/usr/bin/gobgpd", "-f", Write(folder, "gobgpd.conf", text), "-l", "warn", "--api-hosts", "127.0.0.1:50051", "--pprof-disable"];
        }
    }
}
