using System.Net;

namespace Calico.Lab.Demo.Steps;

/// <summary>Steps 8 to 10: a container on each host, from inside and from outside.</summary>
internal static class ContainerSteps
{
    private const int BlockSize = 26;

    public static async Task RunAsync(Stage stage, CancellationToken cancel)
    {
        foreach (var host in stage.Hosts)
        {
            await stage.TypeAsync(
                host,
                $"docker run --name {Stage.ContainerOf(host)} -itd --net=calnet1 --restart=always busybox",
                cancel,
                Expectation.Line("[0-9a-f]{64}", "the container's id"));
        }
    }

    public static async Task LookInsideAsync(Stage stage, CancellationToken cancel)
    {
        const string address = @"inet ([0-9.]+)/32 (?:.* )?scope global.*";
        foreach (var host in stage.Hosts)
        {
            var output = await stage.TypeAsync(
                host,
                $"docker exec {Stage.ContainerOf(host)} ip a",
                cancel,
                Expectation.Line(@"\d+: cali0@if\d+: <.*\bUP\b.*> mtu 1500 .*", "the interface"),
                Expectation.Line(@"link/ether ee:ee:ee:ee:ee:ee brd .*", "the hardware address"),
                Expectation.Line(address, "one address"));
            var own = IPAddress.Parse(Expectation.Matches(output, address)[0].Groups[1].Value);
            stage.Containers[host] = own;
            stage.Blocks[host] = BlockOf(own);
            await stage.TypeAsync(
                host,
                $"docker exec {Stage.ContainerOf(host)} ip route",
                cancel,
                Expectation.Exactly("default via 169.254.1.1 dev cali0", "169.254.1.1 dev cali0 scope link"));
        }
    }

    public static async Task LookOutsideAsync(Stage stage, CancellationToken cancel)
    {
        foreach (var host in stage.Hosts)
            await stage.TypeAsync(host, "ip link | grep cali", cancel, Expectation.Line(@"\d+: cali[0-9a-f]{11}@if\d+: <.*\bUP\b.*> mtu 1500 .*", "the link's other end"));
    }

    private static IPNetwork BlockOf(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        bytes[3] = (byte)(bytes[3] & (byte.MaxValue << (32 - BlockSize)));
        return new IPNetwork(new IPAddress(bytes), BlockSize);
    }
}
