using Calico.Lab.Plan;

namespace Calico.Lab.Demo.Steps;

/// <summary>Step 13: a router learns the blocks over BGP, and a machine behind it reaches the containers.</summary>
internal static class RouterStep
{
    private const string Peer =
        """
        calicoctl apply -f - <<EOF
        apiVersion: projectcalico.org/v3
        kind: BGPPeer
        metadata:
          name: tor
        spec:
          peerIP: 192.168.26.2
          asNumber: 65001
        EOF
        """;

    public static async Task PlayAsync(Stage stage, CancellationToken cancel)
    {
        await stage.TypeAsync(Machine.Router, "birdc show route", cancel, Expectation.NoLine(@"\S+/26 .*", "no block yet"));
        await stage.TypeAsync(stage.Hosts[0], Peer, cancel, Expectation.Line("Successfully applied .*BGPPeer.*", "the peer's acceptance"));
        await stage.AwaitAsync(
            stage.Hosts[0],
            "calicoctl node status",
            cancel,
            Expectation.Line($@"\| {Machine.LanGateway}\s+\| global\s+\| up\s+\| \d\d:\d\d:\d\d \| Established \|", "a session with the router"));
        await stage.AwaitAsync(Machine.Router, "birdc show route", cancel, [.. Blocks(stage)]);
        await stage.AwaitAsync(
            Machine.Router,
            "ip route",
            cancel,
            [.. stage.Hosts.Select(host => Expectation.Line($"{stage.Blocks[host]} via {host.Address} dev {Machine.LanInterface} proto bird.*", $"the block of {host.Name}"))]);

        foreach (var host in stage.Hosts)
        {
            await stage.TypeAsync(Machine.Client, $"ping -c 3 -i 0.2 {stage.Containers[host]}", cancel, [.. PingStep.Answers()]);
            stage.Reached.Add(new Reach("client behind the router", $"container on {host.Name} ({stage.Containers[host]})", "ping", Hops: 2));
        }

        var server = stage.Containers[stage.Hosts[^1]];
        await stage.TypeAsync(Machine.Client, $"busybox wget -qO- http://{server}/cgi-bin/who", cancel, PingStep.Sees($"{Machine.Client.Address}"));
        stage.Reached.Add(new Reach("client behind the router", $"container on {stage.Hosts[^1].Name} ({server})", $"HTTP, seen as {Machine.Client.Address}", Hops: 2));
    }

    /// <summary>BIRD shows a route over two lines: the network and where it was learned, then the next hop.</summary>
    private static IEnumerable<Expectation> Blocks(Stage stage) =>
    [
        .. stage.Hosts.Select(host => Expectation.Line($@"{stage.Blocks[host]}\s+unicast \[{host.Name} .*\] \* \(100\) \[AS64512i\]", $"the block of {host.Name}")),
        Expectation.Lines(stage.Hosts.Count, @"\S+/26\s+.*", "one block for each host"),
    ];
}
