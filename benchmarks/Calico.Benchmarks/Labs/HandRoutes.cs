namespace Calico.Benchmarks.Labs;

/// <summary>
/// Workloads routed with ip(8) alone, on hosts of the same make: veth pairs, a /32 each, proxy ARP, a /26 to the other host, and one rule that makes the kernel
/// track connections; with a masquerade, one more for what leaves. What is the least one can do, and hence what ours is measured against.
/// </summary>
internal sealed class HandRoutes(BenchLab lab, bool masquerade)
{
    private bool _routed;

    public BenchLab Lab => lab;

    /// <summary>The address of the <paramref name="number"/>th workload of the first or the second host.</summary>
    public static string AddressOf(string host, int number) => $"10.65.0.{(host == BenchLab.FirstHost ? 0 : 64) + number}";

    /// <summary>Makes a workload's namespace on a host and routes to it.</summary>
    public async Task AddAsync(string host, int number, CancellationToken cancel)
    {
        if (!_routed)
        {
            await RouteAsync(BenchLab.FirstHost, "10.65.0.0/26", "10.65.0.64/26", BenchLab.SecondAddress, cancel);
            await RouteAsync(BenchLab.SecondHost, "10.65.0.64/26", "10.65.0.0/26", BenchLab.FirstAddress, cancel);
            _routed = true;
        }

        await ShellAsync(
            host,
            $"""
            ip netns add w{number}
            ip link add hand{number} type veth peer name cali0 netns w{number}
            ip link set hand{number} up
            echo 1 >/proc/sys/net/ipv4/conf/hand{number}/proxy_arp
            echo 1 >/proc/sys/net/ipv4/conf/hand{number}/forwarding
            echo 0 >/proc/sys/net/ipv4/neigh/hand{number}/proxy_delay
            ip route add {AddressOf(host, number)}/32 dev hand{number}
            ip -n w{number} link set lo up
            ip -n w{number} address add {AddressOf(host, number)}/32 dev cali0
            ip -n w{number} link set cali0 up
            ip -n w{number} route add 169.254.1.1 dev cali0
            ip -n w{number} route add default via 169.254.1.1
            """,
            cancel);
    }

    private string Masquerade =>
        masquerade ? "chain out { type nat hook postrouting priority srcnat; ip saddr 10.65.0.0/25 ip daddr != 10.65.0.0/25 masquerade; };" : "";

    private Task<string> RouteAsync(string host, string own, string others, string via, CancellationToken cancel) => ShellAsync(
        host,
        $$"""
        echo 1 >/proc/sys/net/ipv4/ip_forward
        ip route add blackhole {{own}}
        ip route add {{others}} via {{via}}
        nft 'table inet hand { chain forward { type filter hook forward priority filter; ct state established,related accept; }; {{Masquerade}} }'
        """,
        cancel);

    private Task<string> ShellAsync(string host, string script, CancellationToken cancel) => lab.ExecAsync(host, ["sh", "-e", "-s"], cancel, script + "\n");
}
